SELECT id FROM draws
WHERE wave = $wave
  AND NOT EXISTS (
      FROM outcomes
      WHERE stage = 'synthesize' AND fingerprint = $fingerprint AND record = draws.id
  )
ORDER BY idx;
