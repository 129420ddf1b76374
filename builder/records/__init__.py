"""Frozen records: what crosses a file, the store or the network."""
