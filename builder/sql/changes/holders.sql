-- Which task each row to train on belongs to, by config.
SELECT 'sft' AS config, id, source_task_id AS task FROM sft UNION ALL SELECT 'rl', id, id FROM rl;
