-- A sample makes room for the next.
DELETE FROM choices WHERE config = $config;
