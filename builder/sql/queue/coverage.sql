-- How often tasks of the waves before this one used each exemplar, tool and seed.
WITH earlier AS (
    SELECT tasks.* FROM tasks JOIN draws ON draws.id = tasks.draw WHERE draws.wave < $wave
)
SELECT 'exemplar' AS kind, exemplar AS key, count(*) AS uses FROM earlier GROUP BY exemplar
UNION ALL
SELECT 'tool', used.tool, count(*) FROM earlier, unnest(tools) AS used(tool) GROUP BY used.tool
UNION ALL
SELECT 'seed', seed_type || ':' || seed, count(*) FROM earlier GROUP BY seed_type, seed
ORDER BY kind, key;
