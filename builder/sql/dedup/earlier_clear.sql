-- Other releases are joined: what was compared with the ones before is to be compared again.
DELETE FROM earlier;
DELETE FROM outcomes WHERE record = 'store' AND stage IN ('dedup', 'score', 'select');
INSERT OR REPLACE INTO meta VALUES ('earlier', $known);
