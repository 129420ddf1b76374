SELECT id FROM attempts ORDER BY task, id;
