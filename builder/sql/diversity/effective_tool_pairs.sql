-- Pairs of tools, by how many tasks call both.
-- Hill number of order 1, exp of Shannon's entropy: as many as these, equally frequent, are as diverse. 0 for no tasks.
WITH used AS (
    SELECT id, unnest(tools) AS tool FROM tasks JOIN members ON members.task = tasks.id AND scope = $scope
)
SELECT coalesce(exp(-sum(p * ln(p))), 0) FROM (
    SELECT count(*) / sum(count(*)) OVER () AS p
    FROM used AS a JOIN used AS b ON a.id = b.id AND a.tool < b.tool
    GROUP BY a.tool, b.tool
);
