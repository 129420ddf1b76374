-- Different sets of offered tools.
SELECT count(DISTINCT toolset) FROM patterns JOIN members USING (task) WHERE scope = $scope;
