-- Tasks that deny lists hit, and a pool without those that were dropped for it.
CREATE TABLE hits (
    task VARCHAR NOT NULL,
    benchmark VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    dropped BOOLEAN NOT NULL,
    PRIMARY KEY (task, benchmark)
);

CREATE OR REPLACE VIEW kept AS
SELECT tasks.* FROM tasks SEMI JOIN patterns ON patterns.task = tasks.id
ANTI JOIN duplicates ON duplicates.task = tasks.id
ANTI JOIN (SELECT task FROM hits WHERE dropped) AS contaminated ON contaminated.task = tasks.id;
