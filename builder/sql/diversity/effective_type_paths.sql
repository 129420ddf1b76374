-- Type paths, by how many tasks have them.
-- Hill number of order 1, exp of Shannon's entropy: as many as these, equally frequent, are as diverse. 0 for no tasks.
SELECT coalesce(exp(-sum(p * ln(p))), 0) FROM (
    SELECT count(*) / sum(count(*)) OVER () AS p
    FROM (SELECT unnest(type_paths) AS path FROM patterns JOIN members USING (task) WHERE scope = $scope)
    GROUP BY path
);
