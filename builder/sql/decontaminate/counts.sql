-- Per benchmark: tasks that are one of its texts, tasks that share a run of words with it, and tasks dropped for it.
SELECT
    benchmark, count(*) FILTER (kind = 'exact'), count(*) FILTER (kind = 'ngram'), count(*) FILTER (dropped)
FROM hits GROUP BY benchmark ORDER BY benchmark;
