-- Distributions over the release's own rows: dimension, label, rows; bars in the order of their labels, or the commonest first.
WITH bars AS (
    SELECT 1 AS place, 'Calls per task' AS dimension, num_calls AS rank, num_calls::VARCHAR AS label FROM tasks
    UNION ALL SELECT 2, 'Longest chain of dependent calls', depth, depth::VARCHAR FROM tasks
    UNION ALL SELECT 3, 'Calls that can run at once', width, width::VARCHAR FROM tasks
    UNION ALL SELECT 4, 'Domains of the called tools', num_domains, num_domains::VARCHAR FROM tasks
    UNION ALL SELECT 5, 'Type of answer', 0, answer_type FROM tasks
    UNION ALL SELECT 6, 'Register of the question', 0, register FROM tasks
    UNION ALL SELECT 7, 'Frame of the question', 0, frame FROM tasks
    UNION ALL SELECT 8, 'Kind of trajectory (`sft`)', 0, stratum FROM sft
    UNION ALL SELECT 9, 'Several calls in one message (`sft`)', 0, if(parallel, 'yes', 'no') FROM sft
    UNION ALL SELECT 10, 'Tokens per row (`sft`)', num_tokens // 4000,
        format('{:d} to {:d}', num_tokens // 4000 * 4000, num_tokens // 4000 * 4000 + 3999) FROM sft
    UNION ALL SELECT 11, 'Pass rate of a model (`tasks`)', ceil(pass_rate * 4),
        ['0', 'over 0, to 0.25', 'over 0.25, to 0.5', 'over 0.5, to 0.75', 'over 0.75'][1 + ceil(pass_rate * 4)::INT]
        FROM tasks WHERE pass_rate IS NOT NULL
)
SELECT dimension, label, count(*) AS rows FROM bars GROUP BY place, dimension, rank, label ORDER BY place, rank, rows DESC, label;
