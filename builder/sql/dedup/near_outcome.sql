-- How many texts the rare words could not compare.
INSERT OR REPLACE INTO outcomes VALUES ('dedup', 'store/near_text', $fingerprint, 'done', 'near_text', $detail);
