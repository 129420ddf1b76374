INSERT INTO tries BY NAME SELECT * EXCLUDE (position) FROM batch;
