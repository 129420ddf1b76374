-- What models cost, by stage and model: requests, tokens, seconds (summed over requests under way together), lost
-- tries, and the records of which something was accepted.
WITH gained AS (
    SELECT stage, model, count(DISTINCT record) AS accepted FROM tries WHERE accepted GROUP BY stage, model
)
SELECT
    spending.stage, spending.model, count(*) FILTER (counted), sum(prompt_tokens)::BIGINT, sum(completion_tokens)::BIGINT,
    sum(seconds), count(*) FILTER (NOT counted), coalesce(any_value(gained.accepted), 0)
FROM spending LEFT JOIN gained ON gained.stage = spending.stage AND gained.model = spending.model
GROUP BY spending.stage, spending.model
ORDER BY spending.stage DESC, spending.model;
