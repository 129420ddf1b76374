-- The pool that is measured is that of tasks with a pattern.
DELETE FROM patterns WHERE task IN (SELECT unnest($tasks));
