-- Tasks of a scope.
SELECT task FROM members WHERE scope = $scope ORDER BY task;
