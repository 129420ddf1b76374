-- Tasks that have an accepted attempt of a stratum.
SELECT DISTINCT attempts.task FROM attempts JOIN verdicts ON verdicts.attempt = attempts.id
WHERE attempts.stratum = $stratum AND verdicts.correct ORDER BY attempts.task;
