INSERT INTO judgements BY NAME SELECT * EXCLUDE (position) FROM batch;
