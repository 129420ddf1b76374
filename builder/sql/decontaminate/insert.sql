INSERT INTO hits BY NAME SELECT * FROM batch ORDER BY task, benchmark;
