-- How many tasks of a scope call each tool, the most called first.
SELECT tool, count(*) AS tasks
FROM (SELECT unnest(tools) AS tool FROM tasks JOIN members ON members.task = tasks.id AND scope = $scope)
GROUP BY tool ORDER BY tasks DESC, tool;
