-- The offered tools of each toolset: `patterns.toolset` and the list. Bodies are large, so one task of each is read.
SELECT patterns.toolset, CAST(json_extract(tasks.body, '$.toolset') AS VARCHAR[])
FROM (SELECT toolset, min(task) AS task FROM patterns GROUP BY toolset) AS patterns
JOIN tasks ON tasks.id = patterns.task
ORDER BY ALL;
