INSERT INTO replies BY NAME SELECT * EXCLUDE (position) FROM batch
QUALIFY row_number() OVER (PARTITION BY batch.key ORDER BY position) = 1
ON CONFLICT DO NOTHING;
