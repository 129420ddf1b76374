-- Shannon's entropy in bits of the number of calls that can run at once; 0 for no tasks. curves/distributions has the counts.
SELECT coalesce(0 - sum(p * log2(p)), 0) FROM (
    SELECT count(*) / sum(count(*)) OVER () AS p
    FROM tasks JOIN members ON members.task = tasks.id AND scope = $scope
    GROUP BY width
);
