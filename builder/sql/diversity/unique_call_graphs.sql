-- Call graphs with tool labels that differ by more than the names of their calls.
SELECT count(DISTINCT call_graph) FROM patterns JOIN members USING (task) WHERE scope = $scope;
