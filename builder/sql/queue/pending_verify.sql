SELECT tasks.id FROM tasks JOIN draws ON draws.id = tasks.draw
WHERE NOT EXISTS (
    FROM outcomes
    WHERE stage = 'verify' AND fingerprint = $fingerprint AND record = tasks.id
)
ORDER BY draws.idx;
