-- How many tasks of a scope have each topology class, the commonest first.
SELECT topology, count(*) AS tasks FROM patterns JOIN members USING (task) WHERE scope = $scope
GROUP BY topology ORDER BY tasks DESC, topology;
