INSERT INTO attempts BY NAME SELECT * EXCLUDE (position) FROM batch;
