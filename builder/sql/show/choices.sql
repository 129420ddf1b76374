-- Splits that a task's rows were chosen for, and what they added.
SELECT config, split, position, attempt, gain FROM choices WHERE task = $task ORDER BY ALL;
