-- Two draws may prove the same task; batches come in the order of the draws, and the first one keeps it.
INSERT INTO tasks BY NAME
SELECT * EXCLUDE (position) FROM batch
WHERE NOT EXISTS (FROM tasks WHERE tasks.id = batch.id)
QUALIFY row_number() OVER (PARTITION BY batch.id ORDER BY position) = 1
ORDER BY position;
