-- Verified tasks that repeat no other and no benchmark: what the config `tasks` holds.
SELECT tasks.id FROM tasks
JOIN outcomes AS verified
  ON verified.stage = 'verify' AND verified.fingerprint = $fingerprint
 AND verified.record = tasks.id AND verified.status = 'done'
WHERE NOT EXISTS (FROM duplicates WHERE duplicates.task = tasks.id)
  AND NOT EXISTS (FROM hits WHERE hits.task = tasks.id AND hits.dropped)
ORDER BY tasks.id;
