SELECT id, body FROM draws WHERE id IN (SELECT unnest($ids));
