-- Tasks of earlier releases: what is compared repeats them, and they repeat nothing.
CREATE TABLE earlier (
    id VARCHAR PRIMARY KEY,
    question VARCHAR NOT NULL,
    seed_type VARCHAR NOT NULL,
    seed VARCHAR NOT NULL,
    answer_kind VARCHAR NOT NULL,
    normal_text VARCHAR NOT NULL,
    call_graph VARCHAR NOT NULL,
    bindings VARCHAR NOT NULL,
    evidence VARCHAR NOT NULL,
    answer VARCHAR NOT NULL
);

-- What a task may repeat, and itself: the tasks that repeat no other so far, and those of earlier releases. Of equal
-- tasks the lowest age stays, then the smallest id; a task of an earlier release that is made again has its age.
CREATE VIEW compared AS
SELECT
    kept.id, kept.question, kept.seed_type, kept.seed, kept.answer_kind, patterns.normal_text, patterns.call_graph,
    patterns.bindings, patterns.evidence, patterns.answer, if(earlier.id IS NULL, 1, 0) AS age
FROM kept JOIN patterns ON patterns.task = kept.id LEFT JOIN earlier ON earlier.id = kept.id
UNION ALL
SELECT *, 0 FROM earlier ANTI JOIN patterns ON patterns.task = earlier.id;
