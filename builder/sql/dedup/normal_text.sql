-- The same words and numbers: case, spacing and punctuation differ.
INSERT INTO duplicates
SELECT id, kept, 'normal_text', 1.0
FROM (SELECT id, age, arg_min(id, (age, id)) OVER (PARTITION BY normal_text) AS kept FROM compared)
WHERE id <> kept AND age = 1
ORDER BY id;
