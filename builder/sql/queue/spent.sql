SELECT coalesce(sum(prompt_tokens + completion_tokens), 0)::BIGINT FROM spending;
