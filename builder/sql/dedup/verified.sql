-- Tasks that passed every gate: what is compared.
SELECT record FROM outcomes
WHERE stage = 'verify' AND status = 'done' AND fingerprint = $fingerprint
ORDER BY record;
