-- One outcome per task that a deny list hit: failed when it is dropped, skipped when it is only reported.
INSERT OR REPLACE INTO outcomes BY NAME
SELECT
    'decontaminate' AS stage, task AS record, $fingerprint AS fingerprint,
    if(bool_or(dropped), 'failed', 'skipped') AS status,
    'benchmark:' || min(benchmark) AS reason,
    string_agg(benchmark || ' ' || kind, ', ' ORDER BY benchmark) AS detail
FROM hits GROUP BY task ORDER BY task;
