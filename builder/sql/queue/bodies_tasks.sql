SELECT id, body FROM tasks WHERE id IN (SELECT unnest($ids));
