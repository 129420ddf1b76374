INSERT INTO draws BY NAME SELECT * EXCLUDE (position) FROM batch;
