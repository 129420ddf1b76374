"""What DIVE is: pure functions over records. No clock, network, database or event loop."""
