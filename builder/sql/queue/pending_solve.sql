-- Only what replay has verified is worth playing.
SELECT tasks.id FROM tasks JOIN draws ON draws.id = tasks.draw
JOIN outcomes AS verified
  ON verified.stage = 'verify' AND verified.fingerprint = $fingerprint
 AND verified.record = tasks.id AND verified.status = 'done'
WHERE NOT EXISTS (
    FROM outcomes
    WHERE stage = 'solve' AND fingerprint = $fingerprint AND record = tasks.id
)
ORDER BY draws.idx;
