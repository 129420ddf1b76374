-- Tasks of another dataset; what it does not say stays empty.
INSERT INTO tasks
SELECT id, '' AS draw, coalesce(domain, '') AS domain, coalesce(exemplar, '') AS exemplar, '' AS seed_type, '' AS seed,
    question, coalesce(answer_kind, '') AS answer_kind, num_calls, coalesce(depth, 0) AS depth,
    coalesce(width, 0) AS width, tools, [] AS domains, '{}' AS body
FROM batch;
