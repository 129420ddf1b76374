-- Tasks that share seed entity, call graph and answer with a new one: age, id, text, and what must be equal besides the
-- words. One word changed may be another task, so words alone decide nothing; yes or no agrees by chance. Tasks of earlier
-- releases alone are not compared with each other, and would make words common that are rare here.
SELECT age, id, normal_text, md5(concat_ws(' ', seed_type, seed, call_graph, answer)) AS work
FROM compared
WHERE answer_kind <> 'boolean'
QUALIFY count(*) OVER (PARTITION BY work) > 1 AND max(age) OVER (PARTITION BY work) = 1
ORDER BY age, id;
