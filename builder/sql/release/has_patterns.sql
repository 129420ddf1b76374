-- Whether the tasks were compared, so that what is chosen of them can be scored.
SELECT count(*) > 0 FROM patterns;
