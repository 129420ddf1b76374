-- What a task's derivation passes through, whether it hangs together, and its form without any names.
ALTER TABLE patterns ADD COLUMN outline VARCHAR;
ALTER TABLE patterns ADD COLUMN frame VARCHAR;
ALTER TABLE patterns ADD COLUMN operators VARCHAR[];
ALTER TABLE patterns ADD COLUMN type_paths VARCHAR[];
ALTER TABLE patterns ADD COLUMN joined BOOLEAN;
