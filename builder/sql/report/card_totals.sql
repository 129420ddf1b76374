-- Single figures over the release's own rows. Shares are of all rows; null where there are none.
SELECT
    (SELECT count(*) FROM tasks) AS tasks,
    (SELECT median(num_calls) FROM tasks) AS median_calls,
    (SELECT avg((num_calls >= 5)::INT) FROM tasks) AS five_calls,
    (SELECT avg((depth >= 3)::INT) FROM tasks) AS depth_three,
    (SELECT avg((num_domains >= 2)::INT) FROM tasks) AS two_domains,
    (SELECT count(DISTINCT tool) FROM (SELECT unnest(tools_used) AS tool FROM tasks)) AS tools_called,
    (SELECT quantile_disc(num_tokens, 0.5) FROM sft) AS median_tokens,
    (SELECT quantile_disc(num_tokens, 0.9) FROM sft) AS ninety_tokens,
    (SELECT max(num_tokens) FROM sft) AS most_tokens,
    (SELECT avg((num_tokens < $short)::INT) FROM sft) AS short_rows;
