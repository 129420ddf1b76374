-- Shannon's entropy in bits of the forms of question; 0 for one form, and for no tasks.
SELECT coalesce(0 - sum(p * log2(p)), 0) FROM (
    SELECT count(*) / sum(count(*)) OVER () AS p
    FROM patterns JOIN members USING (task) WHERE scope = $scope AND frame IS NOT NULL
    GROUP BY frame
);
