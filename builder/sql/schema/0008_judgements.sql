-- What a judge said of answers, and what the comparators said; `decidable` ones measure the judge, the others it decides.
CREATE TABLE judgements (
    attempt VARCHAR NOT NULL,
    task VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    decidable BOOLEAN NOT NULL,
    comparator BOOLEAN NOT NULL,
    verdict BOOLEAN NOT NULL,
    PRIMARY KEY (attempt, model)
);
