INSERT INTO migrations VALUES ($name);
