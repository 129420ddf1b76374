-- What became of each tool: draws that offered it and called it, tasks of the pool, chosen rows that use it.
WITH offered AS (
    SELECT tool, count(*) AS draws
    FROM (SELECT unnest(json_extract_string(body, '$.toolset[*]')) AS tool FROM draws)
    GROUP BY tool
),
called AS (SELECT tool, count(DISTINCT draw) AS draws FROM calls WHERE ok GROUP BY tool),
uses AS (SELECT id AS task, unnest(tools) AS tool FROM tasks),
verified AS (
    SELECT record AS task FROM outcomes
    WHERE stage = 'verify' AND status = 'done' AND fingerprint = $fingerprint
),
kept AS (
    SELECT tool, count(*) AS tasks FROM uses JOIN verified USING (task)
    WHERE NOT EXISTS (FROM duplicates WHERE duplicates.task = uses.task)
    GROUP BY tool
),
chosen AS (
    SELECT tool,
        count(DISTINCT task) FILTER (config = 'sft') AS sft,
        count(DISTINCT task) FILTER (config = 'rl') AS rl
    FROM uses JOIN choices USING (task)
    GROUP BY tool
)
SELECT tool, offered.draws, coalesce(called.draws, 0), coalesce(kept.tasks, 0), coalesce(sft, 0), coalesce(rl, 0)
FROM offered LEFT JOIN called USING (tool) LEFT JOIN kept USING (tool) LEFT JOIN chosen USING (tool)
ORDER BY tool;
