-- Two judges of the same answers, settled or open: how many both gave a verdict of, and on how many they agree.
SELECT one.model, other.model, count(*), count(*) FILTER (one.verdict = other.verdict)
FROM judgements AS one JOIN judgements AS other USING (attempt)
WHERE one.model < other.model GROUP BY ALL ORDER BY ALL;
