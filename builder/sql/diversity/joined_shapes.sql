-- Shapes of call graphs, over the tasks whose derivations hang together without the report node.
SELECT count(DISTINCT shape) FROM patterns JOIN members USING (task) WHERE scope = $scope AND joined;
