-- Why tasks are not in the verified pool: they repeat another, or failed a stage.
SELECT task, 'repeats ' || min(kept) AS why FROM duplicates WHERE task IN (SELECT unnest($tasks)) GROUP BY task
UNION ALL
SELECT record, min(stage || ': ' || reason) FROM outcomes
WHERE status = 'failed' AND record IN (SELECT unnest($tasks)) AND record NOT IN (SELECT task FROM duplicates)
GROUP BY record;
