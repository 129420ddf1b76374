INSERT INTO verdicts BY NAME SELECT * EXCLUDE (position) FROM batch;
