-- What stands on both sides of a split that must keep apart: kind, row of the test side, its split, the other row.
-- `keys` holds one row per task: id, seed entity, called tools with literals, question, set of called tools.
WITH places AS (
    SELECT source_task_id AS id, 'sft/' || split AS split FROM sft
    UNION SELECT id, 'rl/' || split FROM rl
),
held AS (SELECT keys.*, places.split FROM places JOIN keys USING (id)),
sides AS (
    SELECT DISTINCT train.split AS train, test.split AS test FROM places AS train, places AS test
    WHERE (test.split LIKE 'rl/test%' AND train.split NOT LIKE 'rl/test%')
       OR (test.split = 'sft/validation' AND train.split = 'sft/train')
),
shared AS (
    SELECT 'task' AS kind, test.id AS row, test.split, train.id AS other
    FROM sides JOIN held AS test ON test.split = sides.test
    JOIN held AS train ON train.split = sides.train AND train.id = test.id
    UNION ALL
    SELECT 'seed entity', test.id, test.split, train.id
    FROM sides JOIN held AS test ON test.split = sides.test
    JOIN held AS train ON train.split = sides.train AND train.seed = test.seed
    UNION ALL
    SELECT 'called tools and literals', test.id, test.split, train.id
    FROM sides JOIN held AS test ON test.split = sides.test
    JOIN held AS train ON train.split = sides.train AND train.calls = test.calls
    UNION ALL
    SELECT 'question', test.id, test.split, train.id
    FROM sides JOIN held AS test ON test.split = sides.test
    JOIN held AS train ON train.split = sides.train AND train.question = test.question
    UNION ALL
    SELECT 'set of called tools', test.id, test.split, train.id
    FROM sides JOIN held AS test ON test.split = sides.test
    JOIN held AS train ON train.split = sides.train AND train.toolset = test.toolset
    WHERE test.split = 'rl/test_unseen_toolset'
)
SELECT kind, row, split, min(other) FROM shared GROUP BY ALL ORDER BY ALL;
