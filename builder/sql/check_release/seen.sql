-- Rows of the tests of unseen tools and domains that training has seen: split, row, reason.
-- Validation counts as training here: who tunes on it has seen its tools.
WITH training AS (
    SELECT source_task_id AS id FROM sft UNION SELECT id FROM rl WHERE split NOT LIKE 'test%'
),
offered AS (SELECT DISTINCT unnest(toolset) AS tool FROM tasks SEMI JOIN training USING (id)),
seen AS (SELECT list(tool) AS tools FROM offered),
domains AS (SELECT DISTINCT domain FROM tasks SEMI JOIN training USING (id)),
tests AS (
    SELECT 'rl/' || rl.split AS split, tasks.id, tasks.domain, tasks.tools_used
    FROM rl JOIN tasks USING (id) WHERE rl.split LIKE 'test%'
)
SELECT split, id, 'calls no tool that training rows do not offer' AS reason
FROM tests, seen
WHERE split IN ('rl/test_unseen_tool', 'rl/test_unseen_domain')
  AND list_has_all(coalesce(seen.tools, []), tests.tools_used)
UNION ALL
SELECT split, id, 'its domain ' || domain || ' is one of training rows' FROM tests
WHERE split = 'rl/test_unseen_domain' AND domain IN (SELECT domain FROM domains)
ORDER BY ALL;
