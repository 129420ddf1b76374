SELECT tasks.id FROM tasks JOIN draws ON draws.id = tasks.draw ORDER BY draws.idx;
