-- What each draw of a pilot cost, by stage and model: draws without a row cost nothing there.
SELECT
    spending.stage,
    spending.model,
    draws.id AS draw,
    sum(prompt_tokens)::BIGINT,
    sum(completion_tokens)::BIGINT,
    count(*),
    sum(seconds)
FROM spending
LEFT JOIN tasks ON tasks.id = spending.record
JOIN draws ON draws.id = coalesce(tasks.draw, spending.record)
GROUP BY spending.stage, spending.model, draws.id
ORDER BY spending.stage, spending.model, draws.id;
