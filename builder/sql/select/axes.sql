-- Tasks that a direct attempt solves and that no held-out test tells anything of, with that attempt.
SELECT attempts.id AS "row", kept.id AS task, kept.tools, kept.num_calls AS calls, kept.depth, kept.width
FROM attempts
JOIN verdicts ON verdicts.attempt = attempts.id AND verdicts.correct
JOIN kept ON kept.id = attempts.task
WHERE attempts.stratum = 'direct' AND kept.id IN (SELECT unnest($tasks))
QUALIFY row_number() OVER (PARTITION BY kept.id ORDER BY attempts.id) = 1
ORDER BY kept.id;
