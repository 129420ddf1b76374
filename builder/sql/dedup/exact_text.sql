-- The same question, letter by letter.
INSERT INTO duplicates
SELECT id, kept, 'exact_text', 1.0
FROM (SELECT id, age, arg_min(id, (age, id)) OVER (PARTITION BY question) AS kept FROM compared)
WHERE id <> kept AND age = 1
ORDER BY id;
