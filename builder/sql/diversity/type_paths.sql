-- Different ways of semantic types from a literal of the question to the answer.
SELECT count(DISTINCT path) FROM (
    SELECT unnest(type_paths) AS path FROM patterns JOIN members USING (task) WHERE scope = $scope
);
