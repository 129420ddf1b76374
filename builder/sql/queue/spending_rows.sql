SELECT count(*) FROM spending;
