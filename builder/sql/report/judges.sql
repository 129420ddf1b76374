-- By judge: answers that comparators settle and that it was asked about too, those on which both agree, of the right
-- and of the wrong ones apart, and the answers that it decided.
SELECT
    model,
    count(*) FILTER (decidable),
    count(*) FILTER (decidable AND comparator = verdict),
    count(*) FILTER (decidable AND comparator),
    count(*) FILTER (decidable AND comparator AND verdict),
    count(*) FILTER (NOT decidable)
FROM judgements GROUP BY model ORDER BY model;
