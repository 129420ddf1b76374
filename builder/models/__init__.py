"""Chat models: one protocol, the engines behind it, and what stands between (memory, budget, balance)."""
