"""Real parts in small: pools, tasks and stores, for our tests and those of contributors."""
