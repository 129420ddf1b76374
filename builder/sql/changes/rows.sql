-- Ids of `before` and `after` that are not the same: what happened, and which columns differ.
WITH old AS (
    UNPIVOT (SELECT id, hash(COLUMNS(* EXCLUDE (id))) AS "\0" FROM before)
    ON COLUMNS(* EXCLUDE (id)) INTO NAME name VALUE digest
),
new AS (
    UNPIVOT (SELECT id, hash(COLUMNS(* EXCLUDE (id))) AS "\0" FROM after)
    ON COLUMNS(* EXCLUDE (id)) INTO NAME name VALUE digest
)
SELECT id, 'removed' AS change, '' AS columns FROM before ANTI JOIN after USING (id)
UNION ALL
SELECT id, 'added', '' FROM after ANTI JOIN before USING (id)
UNION ALL
SELECT id, 'changed', string_agg(name, ', ' ORDER BY name)
FROM old FULL JOIN new USING (id, name)
SEMI JOIN before USING (id) SEMI JOIN after USING (id)
WHERE old.digest IS DISTINCT FROM new.digest
GROUP BY id
ORDER BY ALL;
