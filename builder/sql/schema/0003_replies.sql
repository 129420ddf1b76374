-- What models said, cost and gave. Written as it comes: a reply is here before anything is derived from it.

-- Replies by hash of the whole request. They outlive a fresh start of the store.
CREATE TABLE replies (key VARCHAR PRIMARY KEY, model VARCHAR NOT NULL, body VARCHAR NOT NULL);

-- One row per reply paid for, and per try that broke off (`counted` is false, tokens the most it can have been).
CREATE TABLE spending (
    stage VARCHAR NOT NULL,
    record VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    prompt_tokens BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    seconds DOUBLE NOT NULL,
    counted BOOLEAN NOT NULL
);

-- One row per thing a model was asked to make: a rewording, a played sample; accepted, or refused for a reason.
CREATE TABLE tries (
    stage VARCHAR NOT NULL,
    record VARCHAR NOT NULL,
    number INTEGER NOT NULL,
    model VARCHAR NOT NULL,
    accepted BOOLEAN NOT NULL,
    reason VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    PRIMARY KEY (stage, record, number)
);

-- Accepted rewordings of questions. The task keeps its id.
CREATE TABLE wordings (task VARCHAR PRIMARY KEY, question VARCHAR NOT NULL, model VARCHAR NOT NULL);

-- Share of a solver's samples that gave a task's answer, with its 95% Wilson interval.
CREATE TABLE pass_rates (
    task VARCHAR NOT NULL,
    solver VARCHAR NOT NULL,
    pass_n INTEGER NOT NULL,
    passed INTEGER NOT NULL,
    pass_rate DOUBLE NOT NULL,
    low DOUBLE NOT NULL,
    high DOUBLE NOT NULL,
    PRIMARY KEY (task, solver)
);
