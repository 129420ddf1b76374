-- The same derivation over the same literals, in other words or with its steps in another order.
INSERT INTO duplicates
SELECT id, kept, 'bindings', 1.0
FROM (SELECT id, min(id) OVER (PARTITION BY bindings) AS kept FROM kept JOIN patterns ON patterns.task = kept.id)
WHERE id <> kept
ORDER BY id;
