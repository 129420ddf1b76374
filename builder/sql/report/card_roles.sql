-- Who plays the roles that a model may play, in the release's own rows: role, player, rows.
SELECT 'collector' AS role, roles ->> '$.collector' AS player, count(*) AS rows FROM tasks GROUP BY player
UNION ALL SELECT 'deriver', roles ->> '$.deriver' AS player, count(*) FROM tasks GROUP BY player
UNION ALL SELECT 'wording', roles ->> '$.wording' AS player, count(*) FROM tasks GROUP BY player
UNION ALL SELECT 'solver', generator_model, count(*) FROM sft GROUP BY generator_model
UNION ALL SELECT 'judge', judge_model, count(*) FROM sft GROUP BY judge_model
ORDER BY role, rows DESC, player;
