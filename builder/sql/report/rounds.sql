-- What rounds add: for K rounds, tasks, distinct shapes, and the share that each baseline solver reaches.
-- A task with fewer rounds counts with its last.
WITH depths AS (SELECT task, max(round) AS last FROM baselines GROUP BY task),
counted AS (
    SELECT k.k, baselines.*
    FROM (SELECT unnest([1, 2, 3]) AS k) AS k
    CROSS JOIN depths
    JOIN baselines ON baselines.task = depths.task AND baselines.round = least(k.k, depths.last)
)
SELECT k, solver, count(*) AS tasks, count(DISTINCT shape) AS shapes, avg(CAST(solved AS INTEGER)) AS solved
FROM counted
WHERE k = 3 OR solver IN ('greedy', 'one_hop', 'type_search')
GROUP BY k, solver
ORDER BY k, solver;
