INSERT INTO baselines BY NAME SELECT * EXCLUDE (position) FROM batch;
