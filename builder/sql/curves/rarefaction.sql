-- Classes to expect in a random sample of k tasks drawn without replacement from the scope's N, with a 95% interval.
-- Expected: sum over classes of 1 - absent(n), where absent(n) = C(N - n, k) / C(N, k) for a class of n tasks.
-- Variance: that of a sum of indicators; for two classes both are absent with absent(n + m).
-- Classes of one size are taken together, so that the pairs are few.
WITH classed AS (
    SELECT CASE $partition
        WHEN 'called' THEN tasks.tools::VARCHAR
        WHEN 'call_graph' THEN call_graph
        WHEN 'call_sequence' THEN call_sequence
        WHEN 'derivation' THEN derivation
        WHEN 'outline' THEN outline
        WHEN 'shape' THEN shape
        WHEN 'topology' THEN topology
        WHEN 'toolset' THEN toolset
    END AS class
    FROM patterns JOIN members USING (task) JOIN tasks ON tasks.id = patterns.task WHERE scope = $scope
),
total AS (SELECT count(*) AS tasks FROM classed),
groups AS (SELECT n, count(*) AS classes FROM (SELECT count(*) AS n FROM classed GROUP BY class) GROUP BY n),
samples AS (
    SELECT k, tasks, lgamma(tasks - k + 1) - lgamma(tasks + 1) AS base
    FROM (SELECT DISTINCT unnest($sizes::BIGINT[]) AS k), total
    WHERE k BETWEEN 1 AND tasks
),
absence AS (
    SELECT k, n, classes,
        if(n + k > tasks, 0.0, exp(base + lgamma(tasks - n + 1) - lgamma(greatest(tasks - n - k, 0) + 1))) AS absent
    FROM samples, groups
),
singles AS (
    SELECT k, sum(classes * (1 - absent)) AS expected, sum(classes * absent * (1 - absent)) AS variance
    FROM absence GROUP BY k
),
pairs AS (
    SELECT k, sum(
        (x.classes * y.classes - if(x.n = y.n, x.classes, 0)) * (
            if(x.n + y.n + k > tasks, 0.0,
                exp(base + lgamma(tasks - x.n - y.n + 1) - lgamma(greatest(tasks - x.n - y.n - k, 0) + 1)))
            - x.absent * y.absent
        )
    ) AS covariance
    FROM absence AS x JOIN absence AS y USING (k) JOIN samples USING (k)
    WHERE x.n + y.n <= tasks
    GROUP BY k
)
SELECT k, expected, expected - width, expected + width
FROM (
    SELECT k, expected, 1.96 * sqrt(greatest(variance + coalesce(covariance, 0), 0)) AS width
    FROM singles LEFT JOIN pairs USING (k)
)
ORDER BY k;
