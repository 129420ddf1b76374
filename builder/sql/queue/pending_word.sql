-- Verified tasks that no model has tried to reword yet.
SELECT tasks.id FROM tasks JOIN draws ON draws.id = tasks.draw
JOIN outcomes AS verified
  ON verified.stage = 'verify' AND verified.fingerprint = $fingerprint
 AND verified.record = tasks.id AND verified.status = 'done'
WHERE NOT EXISTS (
    FROM outcomes
    WHERE stage = 'word' AND fingerprint = $fingerprint AND record = tasks.id
)
ORDER BY draws.idx;
