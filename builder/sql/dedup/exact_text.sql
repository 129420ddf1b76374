-- The same question, letter by letter.
INSERT INTO duplicates
SELECT id, kept, 'exact_text', 1.0
FROM (SELECT id, min(id) OVER (PARTITION BY question) AS kept FROM kept JOIN patterns ON patterns.task = kept.id)
WHERE id <> kept
ORDER BY id;
