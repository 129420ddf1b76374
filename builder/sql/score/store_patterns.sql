-- Patterns of a store's tasks that repeat no other.
SELECT patterns.* FROM patterns SEMI JOIN kept ON kept.id = patterns.task ORDER BY task;
