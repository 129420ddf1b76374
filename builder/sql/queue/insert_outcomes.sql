-- A draw whose task an earlier draw keeps is skipped, and says which.
INSERT INTO outcomes BY NAME
WITH judged AS (
    SELECT batch.*, tasks.draw AS keeper, coalesce(tasks.draw <> batch.record, false) AS repeats
    FROM batch LEFT JOIN tasks ON tasks.id = batch.task
)
SELECT
    stage,
    record,
    fingerprint,
    if(repeats, 'skipped', status) AS status,
    if(repeats, 'same_task', reason) AS reason,
    if(repeats, keeper, detail) AS detail
FROM judged
ORDER BY position;
