-- Different sequences of called tools, in order of execution, repeats included.
SELECT count(DISTINCT call_sequence) FROM patterns JOIN members USING (task) WHERE scope = $scope;
