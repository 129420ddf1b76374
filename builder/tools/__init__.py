"""Tools: load specs, build reference tables, execute calls."""
