-- What was chosen.
SELECT config, split, position, task, attempt, gain FROM choices ORDER BY ALL;
