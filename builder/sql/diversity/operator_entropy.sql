-- Shannon's entropy in bits of operators over all their uses; 0 where one or none is used.
SELECT coalesce(0 - sum(p * log2(p)), 0) FROM (
    SELECT count(*) / sum(count(*)) OVER () AS p
    FROM (SELECT unnest(operators) AS op FROM patterns JOIN members USING (task) WHERE scope = $scope)
    GROUP BY op
);
