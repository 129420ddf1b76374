INSERT INTO difficulties BY NAME SELECT * EXCLUDE (position) FROM batch;
