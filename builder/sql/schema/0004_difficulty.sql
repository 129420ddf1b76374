-- How hard each task is without asking a model, and what the baseline solvers make of its rounds.

-- The difficulty vector (docs/difficulty.md), and its parts in bands.
CREATE TABLE difficulties (
    task VARCHAR PRIMARY KEY,
    depth INTEGER NOT NULL,
    width INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    operators INTEGER NOT NULL,
    tools INTEGER NOT NULL,
    domains INTEGER NOT NULL,
    distractor_similarity DOUBLE NOT NULL,
    hidden_values INTEGER NOT NULL,
    answer_bits DOUBLE NOT NULL,
    bands VARCHAR[] NOT NULL
);

-- One row per task, round and solver that was run. No row: not run, which counts for nothing.
CREATE TABLE baselines (
    task VARCHAR NOT NULL,
    round INTEGER NOT NULL,
    shape VARCHAR NOT NULL,
    solver VARCHAR NOT NULL,
    solved BOOLEAN NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (task, round, solver)
);
