-- Why a task repeats another.
SELECT kept, kind, similarity FROM duplicates WHERE task = $task ORDER BY ALL;
