-- Where records went: how many per stage, status and reason, in the order of the stages.
WITH counted AS (
    SELECT stage, status, reason, count(*) AS records
    FROM outcomes
    -- A stage over the whole store leaves one outcome for it, which counts no record.
    WHERE fingerprint = $fingerprint AND record NOT LIKE 'store%'
    GROUP BY stage, status, reason
)
SELECT stage, status, reason, records
FROM counted
ORDER BY
    list_position(['synthesize', 'verify', 'word', 'solve', 'dedup', 'decontaminate', 'score', 'select'], stage),
    list_position(['done', 'skipped', 'failed'], status),
    records DESC,
    reason;
