SELECT wave, count(*) AS draws FROM draws GROUP BY wave ORDER BY wave;
