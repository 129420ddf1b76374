-- What an interrupted comparison left.
DELETE FROM duplicates; DELETE FROM patterns;
