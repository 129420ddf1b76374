-- Rows whose task is not in `tasks`, and tasks that name other splits than those which hold them.
WITH places AS (
    SELECT source_task_id AS id, 'sft' AS config, id AS row, 'sft/' || split AS split FROM sft
    UNION ALL SELECT id, 'rl', id, 'rl/' || split FROM rl
),
held AS (SELECT id, list_sort(list(DISTINCT split)) AS splits FROM places GROUP BY id)
SELECT config, row, 'its task ' || id || ' is not in `tasks`' AS reason
FROM places WHERE NOT EXISTS (FROM tasks WHERE tasks.id = places.id)
UNION ALL
SELECT 'tasks', tasks.id, 'its splits are not those that hold it'
FROM tasks LEFT JOIN held USING (id)
WHERE list_sort(tasks.splits) IS DISTINCT FROM coalesce(held.splits, [])
ORDER BY ALL;
