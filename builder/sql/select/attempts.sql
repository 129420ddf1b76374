-- Attempts that a release may hold: accepted, of tasks that repeat no other, whose data may be passed on.
-- `closed` are tools whose data may not. One candidate row each, with what splits and selection look at.
SELECT
    attempts.id AS "row", kept.id AS task, attempts.stratum,
    kept.domain, kept.exemplar, kept.seed_type, kept.seed, kept.tools,
    normal_text, call_sequence, shape, topology, toolset, literals, answer
FROM attempts
JOIN verdicts ON verdicts.attempt = attempts.id AND verdicts.correct
JOIN kept ON kept.id = attempts.task
JOIN patterns ON patterns.task = kept.id
WHERE NOT list_has_any(kept.tools, $closed::VARCHAR[])
ORDER BY attempts.id;
