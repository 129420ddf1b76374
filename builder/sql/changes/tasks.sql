-- Tasks with the tools they call.
SELECT id, tools_used, question FROM tasks;
