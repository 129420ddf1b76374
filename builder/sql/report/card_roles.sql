-- Who plays the roles that a model may play, in the release's own rows: role, player, rows.
SELECT 'wording' AS role, roles ->> '$.wording' AS player, count(*) AS rows FROM tasks GROUP BY player
UNION ALL SELECT 'solver', generator_model, count(*) FROM sft GROUP BY generator_model
ORDER BY role, rows DESC, player;
