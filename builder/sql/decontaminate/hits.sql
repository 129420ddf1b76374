-- Ids of `hashed` with a hash of the deny list at $path, each with the plainest kind of hit.
SELECT hashed.id, arg_min(hashed.kind, list_position(['exact', 'ngram', 'tool'], hashed.kind)) AS kind
FROM hashed SEMI JOIN read_parquet($path) AS list ON list.kind = hashed.kind AND list.hash = hashed.hash
GROUP BY hashed.id ORDER BY hashed.id;
