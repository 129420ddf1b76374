-- Who solved each task: solvers of accepted attempts.
SELECT attempts.task, list_sort(list(DISTINCT attempts.solver)) FROM attempts
JOIN verdicts ON verdicts.attempt = attempts.id AND verdicts.correct
GROUP BY attempts.task;
