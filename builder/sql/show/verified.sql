-- Ids of verified tasks, sorted, for a sample.
SELECT record FROM outcomes WHERE stage = 'verify' AND status = 'done' ORDER BY record;
