-- Ids of the catalogue's tools.
SELECT tool_id FROM tools ORDER BY tool_id;
