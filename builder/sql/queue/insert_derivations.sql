INSERT INTO derivations BY NAME SELECT * EXCLUDE (position) FROM batch;
