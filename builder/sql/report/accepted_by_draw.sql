-- Each draw, and whether a task of it was verified and solved.
SELECT draws.id, count(verdicts.task) > 0
FROM draws
LEFT JOIN tasks ON tasks.draw = draws.id
LEFT JOIN verdicts ON verdicts.task = tasks.id AND verdicts.correct
GROUP BY draws.id
ORDER BY draws.id;
