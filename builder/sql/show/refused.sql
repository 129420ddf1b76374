-- Draws with refusals, in the order of drawing; the detail holds all refusals of the draw.
SELECT outcomes.record, outcomes.detail
FROM outcomes JOIN draws ON draws.id = outcomes.record
WHERE outcomes.stage = 'synthesize' AND outcomes.detail <> ''
ORDER BY draws.idx;
