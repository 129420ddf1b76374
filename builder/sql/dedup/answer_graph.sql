-- The same calls with the same arguments, feeding each other in the same way, to the same answer: whoever plays
-- both tasks does the same twice (a threshold of 20 or of 21 million that leaves the same three countries).
INSERT INTO duplicates
SELECT id, kept, 'answer_graph', 1.0
FROM (SELECT id, age, arg_min(id, (age, id)) OVER (PARTITION BY call_graph, evidence, answer) AS kept FROM compared)
WHERE id <> kept AND age = 1
ORDER BY id;
