-- Shapes of retrieval and processing calls; a fan-out over any number of members is one shape.
SELECT count(DISTINCT topology) FROM patterns JOIN members USING (task) WHERE scope = $scope;
