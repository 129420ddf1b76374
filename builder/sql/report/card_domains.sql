-- Rows per domain in the pool and in both training configs (all splits).
SELECT domain, count(*) FILTER (config = 'tasks'), count(*) FILTER (config = 'sft'), count(*) FILTER (config = 'rl')
FROM (
    SELECT 'tasks' AS config, domain FROM tasks
    UNION ALL SELECT 'sft', domain FROM sft
    UNION ALL SELECT 'rl', domain FROM rl
)
GROUP BY domain ORDER BY domain;
