-- More of a task's structure: the call graph without repetition, the calls made, the typed answer.
ALTER TABLE patterns ADD COLUMN shape VARCHAR;
ALTER TABLE patterns ADD COLUMN evidence VARCHAR;
ALTER TABLE patterns ADD COLUMN answer VARCHAR;

-- Tasks that repeat no other: what is scored and chosen from.
CREATE VIEW kept AS
SELECT tasks.* FROM tasks SEMI JOIN patterns ON patterns.task = tasks.id
ANTI JOIN duplicates ON duplicates.task = tasks.id;

-- Tasks of each scope that metrics are taken over.
CREATE VIEW members AS
SELECT 'pool' AS scope, id AS task FROM kept
UNION ALL SELECT DISTINCT config, task FROM choices;
