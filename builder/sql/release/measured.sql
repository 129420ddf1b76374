-- The difficulty vector of each measured task as a row, and the baseline solvers that reach its last round.
SELECT difficulties.* EXCLUDE (bands),
    coalesce(list(baselines.solver ORDER BY baselines.solver) FILTER (baselines.solved), []) AS solved_by
FROM difficulties
JOIN (SELECT task, max(round) AS round FROM baselines GROUP BY task) AS lasts ON lasts.task = difficulties.task
JOIN baselines ON baselines.task = lasts.task AND baselines.round = lasts.round
GROUP BY ALL
ORDER BY difficulties.task;
