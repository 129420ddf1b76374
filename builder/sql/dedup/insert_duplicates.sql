INSERT INTO duplicates BY NAME SELECT * FROM batch ORDER BY task;
