-- Tasks of another dataset; what it does not say stays empty.
INSERT INTO tasks
SELECT id, '' AS draw, '' AS domain, '' AS exemplar, '' AS seed_type, '' AS seed, question, '' AS answer_kind,
    num_calls, 0 AS depth, 0 AS width, tools, [] AS domains, '{}' AS body
FROM batch;
