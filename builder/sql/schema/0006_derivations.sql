-- The shape of a task's derivation: calls and operators, without what they are about.
ALTER TABLE patterns ADD COLUMN derivation VARCHAR;
