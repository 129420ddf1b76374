-- Share of tasks that each baseline solver reaches in their last round, by scenario or frame; all of them as `all`.
WITH lasts AS (SELECT task, max(round) AS round FROM baselines GROUP BY task),
found AS (
    SELECT tasks.exemplar, baselines.solver, baselines.solved
    FROM baselines JOIN lasts USING (task, round) JOIN tasks ON tasks.id = baselines.task
)
SELECT CASE WHEN exemplar LIKE 'frame.%' THEN exemplar ELSE 'scenarios' END AS form,
    solver, count(*) AS tasks, avg(CAST(solved AS INTEGER)) AS solved
FROM found GROUP BY ALL
UNION ALL
SELECT 'all', solver, count(*), avg(CAST(solved AS INTEGER)) FROM found GROUP BY solver
ORDER BY form, solver;
