-- One outcome per compared task (again, after an interrupt): done, or skipped with the kind of repetition and the task that stays.
INSERT OR REPLACE INTO outcomes BY NAME
SELECT
    'dedup' AS stage,
    patterns.task AS record,
    $fingerprint AS fingerprint,
    if(duplicates.task IS NULL, 'done', 'skipped') AS status,
    coalesce(duplicates.kind, '') AS reason,
    coalesce(duplicates.kept, '') AS detail
FROM patterns LEFT JOIN duplicates USING (task)
ORDER BY patterns.task;
