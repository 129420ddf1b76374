-- Each held-out split: its rows, how many share something with training, and how many are new in what they call.
-- The training of `sft/validation` is `sft/train`; that of the tests is all other rows. `keys` as in check_release.
WITH places AS (
    SELECT source_task_id AS id, 'sft/' || split AS split FROM sft
    UNION SELECT id, 'rl/' || split FROM rl
),
sides AS (
    SELECT DISTINCT train.split AS train, test.split AS test FROM places AS train, places AS test
    WHERE (test.split LIKE 'rl/test%' AND train.split NOT LIKE 'rl/test%')
       OR (test.split = 'sft/validation' AND train.split = 'sft/train')
),
training AS (
    SELECT DISTINCT sides.test, keys.*, tasks.toolset AS offered, tasks.domain
    FROM sides JOIN places ON places.split = sides.train JOIN keys USING (id) JOIN tasks USING (id)
),
offered AS (SELECT test, list(DISTINCT tool) AS tools FROM (SELECT test, unnest(offered) AS tool FROM training) GROUP BY test),
tests AS (
    SELECT places.split, keys.*, tasks.tools_used, tasks.domain
    FROM places JOIN keys USING (id) JOIN tasks USING (id)
    WHERE places.split LIKE 'rl/test%' OR places.split = 'sft/validation'
)
SELECT
    split,
    count(*) AS rows,
    count(*) FILTER ((split, id) IN (SELECT (test, id) FROM training)) AS tasks,
    count(*) FILTER ((split, seed) IN (SELECT (test, seed) FROM training)) AS seeds,
    count(*) FILTER ((split, calls) IN (SELECT (test, calls) FROM training)) AS calls,
    count(*) FILTER ((split, question) IN (SELECT (test, question) FROM training)) AS questions,
    count(*) FILTER ((split, toolset) NOT IN (SELECT (test, toolset) FROM training)) AS new_toolsets,
    count(*) FILTER (NOT list_has_all(coalesce(offered.tools, []), tools_used)) AS new_tools,
    count(*) FILTER ((split, domain) NOT IN (SELECT (test, domain) FROM training)) AS new_domains
FROM tests LEFT JOIN offered ON offered.test = tests.split
GROUP BY split ORDER BY split;
