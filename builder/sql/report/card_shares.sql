-- What became of the draws of each domain and of each form (a frame by rule, or the scenarios of a domain): draws, verified
-- tasks, tasks of the pool, chosen rows.
WITH found AS (
    SELECT draws.domain, if(exemplar LIKE 'frame.%', exemplar, 'scenarios, ' || draws.domain) AS form,
        tasks.id AS task,
        verified.record IS NOT NULL AS verified,
        verified.record IS NOT NULL AND duplicates.task IS NULL AS kept
    FROM draws
    LEFT JOIN (SELECT id, draw FROM tasks) AS tasks ON tasks.draw = draws.id
    LEFT JOIN (
        SELECT DISTINCT record FROM outcomes
        WHERE stage = 'verify' AND status = 'done' AND fingerprint = $fingerprint
    ) AS verified ON verified.record = tasks.id
    LEFT JOIN (SELECT DISTINCT task FROM duplicates) AS duplicates ON duplicates.task = tasks.id
),
chosen AS (
    SELECT task, bool_or(config = 'sft') AS sft, bool_or(config = 'rl') AS rl FROM choices GROUP BY task
),
parts AS (
    SELECT 1 AS place, domain AS part, found.* EXCLUDE (domain, form) FROM found
    UNION ALL SELECT 2, form, found.* EXCLUDE (domain, form) FROM found
)
SELECT if(place = 1, 'domain', 'form') AS kind, part, count(*) AS draws,
    count(*) FILTER (verified), count(*) FILTER (kept), count(*) FILTER (sft), count(*) FILTER (rl)
FROM parts LEFT JOIN chosen USING (task)
GROUP BY place, part ORDER BY place, part;
