-- Near-duplicate texts in SQL alone, over a table texts(id, text) of different normal texts: the rarest word triples of 2 to 32
-- texts stand for a text, texts that share two are compared exactly. Texts with fewer than two such triples are not seen.
WITH words AS (SELECT id, string_split(text, ' ') AS w FROM texts),
grams AS (
    SELECT DISTINCT id, unnest(list_transform(range(1, len(w) - 1), lambda i: hash(w[i], w[i + 1], w[i + 2]))) AS h
    FROM words
),
rare AS (SELECT h, count(*) AS d FROM grams GROUP BY h HAVING count(*) BETWEEN 2 AND 32),
anchors AS (SELECT id, unnest(arg_min(h, (d, h), 12)) AS h FROM grams JOIN rare USING (h) GROUP BY id),
pairs AS (
    SELECT x.id AS a, y.id AS b FROM anchors AS x JOIN anchors AS y USING (h) WHERE x.id < y.id GROUP BY ALL HAVING count(*) >= 2
),
sets AS (
    SELECT id, list_distinct(list_transform(range(1, len(w)), lambda i: hash(w[i], w[i + 1]))) AS s
    FROM words SEMI JOIN (SELECT a AS id FROM pairs UNION SELECT b FROM pairs) USING (id)
),
compared AS (
    SELECT a, b, len(list_intersect(x.s, y.s)) AS common, len(x.s) + len(y.s) AS of_both
    FROM pairs JOIN sets AS x ON x.id = a JOIN sets AS y ON y.id = b
)
SELECT a, b FROM compared WHERE common >= $threshold * (of_both - common) ORDER BY a, b;
