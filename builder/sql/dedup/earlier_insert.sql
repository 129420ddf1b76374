-- A task that several releases hold is there once.
INSERT OR IGNORE INTO earlier BY NAME SELECT * FROM batch;
