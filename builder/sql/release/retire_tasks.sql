-- Inside the transaction of a release: tasks that rest on answers which changed are verified no longer, and in no figure.
UPDATE outcomes SET status = 'failed', reason = 'drifted'
WHERE stage = 'verify' AND fingerprint = $fingerprint AND record IN (SELECT unnest($tasks));
