-- The store. Rows are only added; nothing is updated in place.
-- `body` columns hold the whole frozen record as JSON; the other columns repeat what queries need.

CREATE TABLE meta (key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);

CREATE TABLE draws (
    id VARCHAR PRIMARY KEY,
    wave INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    exemplar VARCHAR NOT NULL,
    domain VARCHAR NOT NULL,
    seed_type VARCHAR NOT NULL,
    seed VARCHAR NOT NULL,
    body JSON NOT NULL
);

-- Evidence: every call that a draw made, in order, whether its round was kept or not.
CREATE TABLE calls (
    draw VARCHAR NOT NULL,
    id VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    tool VARCHAR NOT NULL,
    ok BOOLEAN NOT NULL,
    body JSON NOT NULL,
    PRIMARY KEY (draw, id)
);

-- One row per round of a draw that was derived and kept.
CREATE TABLE derivations (
    draw VARCHAR NOT NULL,
    round INTEGER NOT NULL,
    move VARCHAR NOT NULL,
    body JSON NOT NULL,
    PRIMARY KEY (draw, round)
);

CREATE TABLE tasks (
    id VARCHAR PRIMARY KEY,
    draw VARCHAR NOT NULL,
    domain VARCHAR NOT NULL,
    exemplar VARCHAR NOT NULL,
    seed_type VARCHAR NOT NULL,
    seed VARCHAR NOT NULL,
    question VARCHAR NOT NULL,
    answer_kind VARCHAR NOT NULL,
    num_calls INTEGER NOT NULL,
    depth INTEGER NOT NULL,
    width INTEGER NOT NULL,
    tools VARCHAR[] NOT NULL,
    domains VARCHAR[] NOT NULL,
    body JSON NOT NULL
);

CREATE TABLE attempts (
    id VARCHAR PRIMARY KEY,
    task VARCHAR NOT NULL,
    stratum VARCHAR NOT NULL,
    solver VARCHAR NOT NULL,
    parallel BOOLEAN NOT NULL,
    num_calls INTEGER NOT NULL,
    body JSON NOT NULL
);

CREATE TABLE verdicts (attempt VARCHAR PRIMARY KEY, task VARCHAR NOT NULL, correct BOOLEAN NOT NULL, reason VARCHAR NOT NULL);

-- Why a task is a duplicate: what it duplicates, by which key, how closely.
CREATE TABLE duplicates (task VARCHAR NOT NULL, kept VARCHAR NOT NULL, kind VARCHAR NOT NULL, similarity DOUBLE NOT NULL);

-- Structure of one task: what dedup, metrics and selection compare.
CREATE TABLE patterns (
    task VARCHAR PRIMARY KEY,
    normal_text VARCHAR NOT NULL,
    call_sequence VARCHAR NOT NULL,
    call_graph VARCHAR NOT NULL,
    topology VARCHAR NOT NULL,
    bindings VARCHAR NOT NULL,
    toolset VARCHAR NOT NULL,
    literals VARCHAR NOT NULL,
    tool_types INTEGER NOT NULL
);

CREATE TABLE scores (metric VARCHAR NOT NULL, scope VARCHAR NOT NULL, value DOUBLE NOT NULL);

-- Which rows a release takes, in which split, and what each added when it was chosen.
CREATE TABLE choices (config VARCHAR NOT NULL, split VARCHAR NOT NULL, position INTEGER NOT NULL, task VARCHAR NOT NULL, attempt VARCHAR, gain DOUBLE NOT NULL);

-- One row per stage and record: done, failed (kind and reason) or skipped, under one settings fingerprint.
CREATE TABLE outcomes (
    stage VARCHAR NOT NULL,
    record VARCHAR NOT NULL,
    fingerprint VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    PRIMARY KEY (stage, record, fingerprint)
);

CREATE TABLE releases (version VARCHAR PRIMARY KEY, path VARCHAR NOT NULL, manifest_digest VARCHAR NOT NULL);
