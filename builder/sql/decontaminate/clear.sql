-- What an interrupted comparison left.
DELETE FROM hits;
