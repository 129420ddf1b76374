SELECT id, body FROM attempts WHERE id IN (SELECT unnest($ids));
