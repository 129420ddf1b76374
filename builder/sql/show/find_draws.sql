-- Draws whose id begins as given.
SELECT id FROM draws WHERE starts_with(id, $beginning) ORDER BY id LIMIT 20;
