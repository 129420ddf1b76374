-- Whether a stage over the whole store has run, on what it would find now.
SELECT count(*) FROM outcomes
WHERE stage = $stage AND record = $record AND fingerprint = $fingerprint;
