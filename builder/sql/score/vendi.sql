-- Tokens of the tasks of a Vendi score, in a random order that is the same each time: called tools, who may follow
-- whom, and the parts of the outline; and the words of the question.
SELECT
    list_concat(
        list_transform(tools, lambda tool: 'tool ' || tool),
        list_transform(string_split(outline, ' '), lambda part: 'part ' || part),
        list_transform(string_split(call_sequence, ' > '), lambda run: 'run ' || run)
    ) AS work,
    string_split(normal_text, ' ') AS words
FROM patterns JOIN members USING (task) JOIN tasks ON tasks.id = patterns.task
WHERE scope = $scope
ORDER BY md5(patterns.task), patterns.task
LIMIT $count;
