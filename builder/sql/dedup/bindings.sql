-- The same derivation over the same literals, in other words or with its steps in another order.
INSERT INTO duplicates
SELECT id, kept, 'bindings', 1.0
FROM (SELECT id, age, arg_min(id, (age, id)) OVER (PARTITION BY bindings) AS kept FROM compared)
WHERE id <> kept AND age = 1
ORDER BY id;
