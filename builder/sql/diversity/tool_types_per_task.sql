-- Different tools that a task calls, on average; 0 for no tasks.
SELECT coalesce(avg(tool_types), 0) FROM patterns JOIN members USING (task) WHERE scope = $scope;
