INSERT INTO pass_rates BY NAME SELECT * EXCLUDE (position) FROM batch;
