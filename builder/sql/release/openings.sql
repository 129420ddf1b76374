-- One attempt per task with its whole toolset: its first messages are what every solver of the task reads.
SELECT task, min(id) AS attempt FROM attempts
WHERE stratum <> 'unanswerable' AND task IN (SELECT unnest($tasks))
GROUP BY task;
