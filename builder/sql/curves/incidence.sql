-- Tools, pairs of tools or type paths to expect among k tasks drawn without replacement from the scope's N, with a 95%
-- interval. A task may have several. Expected: sum over things of 1 - C(N - n, k) / C(N, k) for a thing of n tasks.
-- Variance after Colwell, Mao and Chang 2004: sum of (1 - absent)^2, less expected^2 / S, S the richness that Chao2
-- estimates from things of one task and of two. So the interval speaks of the source that the N tasks come from.
WITH chosen AS (
    SELECT id, tools, type_paths
    FROM tasks JOIN members ON members.task = tasks.id AND scope = $scope JOIN patterns ON patterns.task = tasks.id
),
used AS (SELECT id, unnest(tools) AS thing FROM chosen WHERE $incidence <> 'type_path'),
things AS (
    SELECT id, thing FROM used WHERE $incidence = 'tool'
    UNION ALL
    SELECT a.id, concat(a.thing, ' ', b.thing)
    FROM used AS a JOIN used AS b ON a.id = b.id AND a.thing < b.thing WHERE $incidence = 'tool_pair'
    UNION ALL
    SELECT id, unnest(type_paths) FROM chosen WHERE $incidence = 'type_path'
),
total AS (SELECT count(*) AS tasks FROM chosen),
groups AS (SELECT n, count(*) AS many FROM (SELECT count(*) AS n FROM things GROUP BY thing) GROUP BY n),
richness AS (
    SELECT coalesce(sum(many), 0)
        + (max(tasks) - 1) / max(tasks) * coalesce(sum(many) FILTER (n = 1), 0)
        * (coalesce(sum(many) FILTER (n = 1), 0) - 1) / (2 * (coalesce(sum(many) FILTER (n = 2), 0) + 1)) AS estimate
    FROM total LEFT JOIN groups ON true
),
samples AS (
    SELECT k, tasks, lgamma(tasks - k + 1) - lgamma(tasks + 1) AS base
    FROM (SELECT DISTINCT unnest($sizes::BIGINT[]) AS k), total
    WHERE k BETWEEN 1 AND tasks
),
seen AS (
    SELECT k, many,
        1 - if(n + k > tasks, 0.0, exp(base + lgamma(tasks - n + 1) - lgamma(greatest(tasks - n - k, 0) + 1))) AS present
    FROM samples, groups
),
sums AS (SELECT k, sum(many * present) AS expected, sum(many * present * present) AS squares FROM seen GROUP BY k)
SELECT k, expected, expected - width, expected + width
FROM (
    SELECT k, expected, 1.96 * sqrt(greatest(squares - expected * expected / estimate, 0)) AS width
    FROM sums, richness
)
ORDER BY k;
