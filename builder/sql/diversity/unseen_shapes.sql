-- Chance that the next task has a shape not seen yet, after Good and Turing: the share of tasks alone with theirs.
SELECT coalesce(sum(n) FILTER (n = 1) / sum(n), 0) FROM (
    SELECT count(*) AS n FROM patterns JOIN members USING (task) WHERE scope = $scope GROUP BY shape
);
