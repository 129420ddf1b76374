-- What the metrics need of a store's tasks that repeat no other, without their bodies.
SELECT id, domain, exemplar, question, answer_kind, num_calls, depth, width, tools FROM kept ORDER BY id;
