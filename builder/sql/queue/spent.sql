-- Tokens that each model has cost so far.
SELECT model, sum(prompt_tokens)::BIGINT, sum(completion_tokens)::BIGINT FROM spending GROUP BY model ORDER BY model;
