-- A split that came out shorter than asked for, or with its quotas stretched, says so.
INSERT OR REPLACE INTO outcomes BY NAME
SELECT 'select' AS stage, record, $fingerprint AS fingerprint, 'skipped' AS status, reason, detail
FROM batch ORDER BY record;
