-- Tasks that tell what they offer; $nothing is the empty toolset.
SELECT count(*) FROM patterns WHERE toolset <> $nothing;
