-- The first `$most` verified tasks that repeat no other, less those that are measured.
WITH chosen AS (
    SELECT kept.id, kept.draw FROM kept
    JOIN outcomes AS verified
      ON verified.stage = 'verify' AND verified.fingerprint = $fingerprint
     AND verified.record = kept.id AND verified.status = 'done'
    ORDER BY kept.id
    LIMIT $most
)
SELECT chosen.id FROM chosen JOIN draws ON draws.id = chosen.draw
WHERE NOT EXISTS (
    FROM outcomes
    WHERE stage = 'difficulty' AND fingerprint = $fingerprint AND record = chosen.id
)
ORDER BY draws.idx;
