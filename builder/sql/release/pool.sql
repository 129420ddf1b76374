-- Verified tasks that repeat no other: what the config `tasks` holds.
SELECT tasks.id FROM tasks
JOIN outcomes AS verified
  ON verified.stage = 'verify' AND verified.fingerprint = $fingerprint
 AND verified.record = tasks.id AND verified.status = 'done'
WHERE NOT EXISTS (FROM duplicates WHERE duplicates.task = tasks.id)
ORDER BY tasks.id;
