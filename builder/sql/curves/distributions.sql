-- How many tasks of a scope have each number of calls, longest chain, and calls that can run at once.
SELECT dimension, value, count(*)
FROM (
    UNPIVOT (
        SELECT num_calls AS calls, depth, width FROM tasks JOIN members ON members.task = tasks.id AND scope = $scope
    ) ON calls, depth, width INTO NAME dimension VALUE value
)
GROUP BY ALL ORDER BY ALL;
