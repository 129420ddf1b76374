-- Scopes that have tasks, with their number, from the widest to the narrowest.
SELECT scope, count(*) FROM members GROUP BY scope ORDER BY list_position(['pool', 'sft', 'rl'], scope), scope;
