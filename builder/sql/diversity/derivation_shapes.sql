-- Shapes of derivations to expect among 1,000 random tasks (or all, where there are fewer), reports left out.
-- Sum over shapes of 1 - C(N - n, k) / C(N, k) for a shape of n of N tasks: see curves/rarefaction.
WITH shapes AS (
    SELECT count(*) AS n
    FROM patterns JOIN members USING (task) JOIN tasks ON tasks.id = patterns.task
    WHERE scope = $scope AND answer_kind <> 'record'
    GROUP BY derivation
),
total AS (SELECT coalesce(sum(n), 0)::BIGINT AS tasks, least(1000, coalesce(sum(n), 0))::BIGINT AS k FROM shapes)
SELECT coalesce(sum(
    1 - if(n + k > tasks, 0.0, exp(
        lgamma(tasks - k + 1) - lgamma(tasks + 1) + lgamma(tasks - n + 1) - lgamma(greatest(tasks - n - k, 0) + 1)
    ))
), 0)
FROM shapes, total;
