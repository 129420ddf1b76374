-- What each stage said of some records (a task and its draw), stages in order.
SELECT stage, status, reason, detail
FROM outcomes
WHERE record IN (SELECT unnest($records))
ORDER BY list_position(['synthesize', 'verify', 'solve', 'dedup', 'score', 'select'], stage), record;
