-- Pass rate of each task that a model has played, with its solver and the number of samples.
SELECT task, solver, pass_n, pass_rate FROM pass_rates ORDER BY task, solver;
