-- The same words and numbers: case, spacing and punctuation differ.
INSERT INTO duplicates
SELECT id, kept, 'normal_text', 1.0
FROM (SELECT id, min(id) OVER (PARTITION BY normal_text) AS kept FROM kept JOIN patterns ON patterns.task = kept.id)
WHERE id <> kept
ORDER BY id;
