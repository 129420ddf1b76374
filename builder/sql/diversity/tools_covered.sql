-- Different tools called.
SELECT count(DISTINCT tool) FROM (
    SELECT unnest(tools) AS tool FROM tasks JOIN members ON members.task = tasks.id AND members.scope = $scope
);
