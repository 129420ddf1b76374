-- Different sets of called tools; a task's list is sorted and names each tool once.
SELECT count(DISTINCT tools) FROM tasks JOIN members ON members.task = tasks.id AND scope = $scope;
