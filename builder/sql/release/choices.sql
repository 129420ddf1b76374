-- What selection chose, in the order of the rows.
SELECT config, split, task, attempt FROM choices ORDER BY config, split, position, task, attempt;
