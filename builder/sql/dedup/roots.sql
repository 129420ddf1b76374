-- A kept task may itself be found to repeat another by a later key: name the one that stays in the end.
WITH RECURSIVE chain AS (
    SELECT task, kept, 1 AS links FROM duplicates
    UNION ALL
    SELECT chain.task, duplicates.kept, links + 1 FROM chain JOIN duplicates ON duplicates.task = chain.kept
)
UPDATE duplicates SET kept = roots.kept
FROM (SELECT task, arg_max(kept, links) AS kept FROM chain GROUP BY task) AS roots
WHERE roots.task = duplicates.task;
