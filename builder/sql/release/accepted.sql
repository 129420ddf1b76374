-- Attempts that a release may hold: task and stratum of each.
SELECT attempts.id, attempts.task, attempts.stratum FROM attempts
JOIN verdicts ON verdicts.attempt = attempts.id AND verdicts.correct
ORDER BY attempts.id;
