-- Attempts that a release may hold: accepted, of tasks that repeat no other, whose data may be passed on.
-- `solved_by` is null where the baseline solvers were not run. `closed` are tools whose data may not. One candidate row
-- each, with what splits and selection look at.
SELECT
    attempts.id AS "row", kept.id AS task, attempts.stratum,
    kept.domain, kept.exemplar, kept.seed_type, kept.seed, kept.tools,
    normal_text, call_sequence, shape, topology, toolset, literals, answer,
    solvers.solved_by, difficulties.bands, played.pass_rate,
    patterns.frame, patterns.type_paths, patterns.operators, kept.depth, kept.width,
    patterns.derivation, patterns.joined
FROM attempts
JOIN verdicts ON verdicts.attempt = attempts.id AND verdicts.correct
JOIN kept ON kept.id = attempts.task
JOIN patterns ON patterns.task = kept.id
LEFT JOIN difficulties ON difficulties.task = kept.id
-- Null where no model played. Of several solvers the last by name, as in the rows' columns.
LEFT JOIN (SELECT task, arg_max(pass_rate, solver) AS pass_rate FROM pass_rates GROUP BY task) AS played
  ON played.task = kept.id
LEFT JOIN (
    -- Of the last round alone: an easier one may be solved by anything.
    SELECT task, list(solver ORDER BY solver) FILTER (solved) AS solved_by
    FROM baselines JOIN (SELECT task, max(round) AS round FROM baselines GROUP BY task) USING (task, round)
    GROUP BY task
) AS solvers ON solvers.task = kept.id
WHERE NOT list_has_any(kept.tools, $closed::VARCHAR[])
ORDER BY attempts.id;
