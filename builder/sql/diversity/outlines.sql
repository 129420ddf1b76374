-- Shapes of call graphs without any names: what compares with datasets that do not tell the roles of their tools.
SELECT count(DISTINCT outline) FROM patterns JOIN members USING (task) WHERE scope = $scope;
