-- Triples of tools that some task calls together.
WITH used AS (
    SELECT id, unnest(tools) AS tool FROM tasks JOIN members ON members.task = tasks.id AND scope = $scope
)
SELECT count(DISTINCT (a.tool, b.tool, c.tool))
FROM used AS a JOIN used AS b ON a.id = b.id AND a.tool < b.tool JOIN used AS c ON b.id = c.id AND b.tool < c.tool;
