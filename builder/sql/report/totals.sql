-- The size of what the store holds.
SELECT 'draws' AS what, count(*) AS records FROM draws
UNION ALL SELECT 'calls', count(*) FROM calls
UNION ALL SELECT 'tasks', count(*) FROM tasks
UNION ALL
SELECT 'verified', count(*) FROM outcomes
WHERE stage = 'verify' AND status = 'done' AND fingerprint = $fingerprint
UNION ALL SELECT 'attempts', count(*) FROM attempts
UNION ALL SELECT 'accepted', count(*) FROM verdicts WHERE correct;
