DELETE FROM scores WHERE list_contains($scopes, scope);
