-- Ids that occur twice in a config, and ids of the text layouts that differ from those of `sft` split by split.
WITH ids AS (
    SELECT 'sft' AS config, split, id FROM sft
    UNION ALL SELECT 'sft_hermes', split, id FROM sft_hermes
    UNION ALL SELECT 'sft_sharegpt', split, id FROM sft_sharegpt
    UNION ALL SELECT 'rl', split, id FROM rl
    UNION ALL SELECT 'tools', split, tool_id FROM tools
    UNION ALL SELECT 'tasks', split, id FROM tasks
)
SELECT config, id, 'this id occurs ' || count(*) || ' times' AS reason FROM ids GROUP BY config, id HAVING count(*) > 1
UNION ALL
SELECT other.config, sft.id, 'this row of sft/' || sft.split || ' is missing'
FROM ids AS sft, (VALUES ('sft_hermes'), ('sft_sharegpt')) AS other(config)
WHERE sft.config = 'sft'
  AND NOT EXISTS (FROM ids WHERE ids.config = other.config AND ids.split = sft.split AND ids.id = sft.id)
UNION ALL
SELECT config, id, 'sft/' || split || ' has no such row' FROM ids
WHERE config IN ('sft_hermes', 'sft_sharegpt')
  AND NOT EXISTS (FROM sft WHERE sft.split = ids.split AND sft.id = ids.id)
ORDER BY ALL;
