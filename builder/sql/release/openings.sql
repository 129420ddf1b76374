-- One direct attempt per task: its first messages are what every solver of the task reads.
SELECT task, min(id) AS attempt FROM attempts
WHERE stratum = 'direct' AND task IN (SELECT unnest($tasks))
GROUP BY task;
