-- What was left out for repeating another task.
SELECT task, kept, kind, similarity FROM duplicates ORDER BY ALL;
