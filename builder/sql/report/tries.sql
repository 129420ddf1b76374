-- The funnel of what models made, by stage, model and reason.
SELECT stage, model, if(accepted, 'accepted', reason) AS reason, count(*) AS tries
FROM tries GROUP BY stage, model, accepted, reason
ORDER BY stage DESC, model, accepted DESC, tries DESC, reason;
