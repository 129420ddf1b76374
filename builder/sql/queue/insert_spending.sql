INSERT INTO spending BY NAME SELECT * EXCLUDE (position) FROM batch;
