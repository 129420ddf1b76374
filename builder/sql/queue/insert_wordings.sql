INSERT INTO wordings BY NAME SELECT * EXCLUDE (position) FROM batch;
