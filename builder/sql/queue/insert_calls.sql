INSERT INTO calls BY NAME SELECT * EXCLUDE (position) FROM batch;
