-- Bytes and offered tools of attempts.
SELECT id, strlen(body::VARCHAR), CAST(json_extract(body, '$.toolset') AS VARCHAR[])
FROM attempts WHERE id IN (SELECT unnest($attempts)) ORDER BY id;
