-- Call graphs with interchangeable calls written once: a fan-out over any number of members is one.
SELECT count(DISTINCT shape) FROM patterns JOIN members USING (task) WHERE scope = $scope;
