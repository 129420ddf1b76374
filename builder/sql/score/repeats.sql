-- How many tasks are compared, and how many of them repeat another.
SELECT (SELECT count(*) FROM patterns), (SELECT count(DISTINCT task) FROM duplicates);
