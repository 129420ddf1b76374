-- Attempts of a task with what the verifier said of each.
SELECT attempts.body, verdicts.correct, verdicts.reason
FROM attempts LEFT JOIN verdicts ON verdicts.attempt = attempts.id
WHERE attempts.task = $task
ORDER BY attempts.stratum, attempts.id;
