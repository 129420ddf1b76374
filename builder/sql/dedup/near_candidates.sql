-- Tasks that share call graph and answer with another: id, text, and what must be equal besides the words. One
-- number changed may be another task, so words alone decide nothing; and yes or no agrees by chance half of the time.
SELECT kept.id, normal_text, call_graph || answer AS work
FROM kept JOIN patterns ON patterns.task = kept.id
WHERE answer_kind <> 'boolean'
QUALIFY count(*) OVER (PARTITION BY call_graph, answer) > 1
ORDER BY kept.id;
