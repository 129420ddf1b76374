-- Tasks whose id begins as given.
SELECT id FROM tasks WHERE starts_with(id, $beginning) ORDER BY id LIMIT 20;
