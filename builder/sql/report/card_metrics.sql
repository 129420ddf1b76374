-- The six DIVE metrics per scope, scopes from the widest to the narrowest.
SELECT metric, scope, value FROM scores
ORDER BY metric, list_position(['pool', 'sft', 'rl'], scope), scope;
