"""A release at work: its tools over MCP, and as environments of trainers."""
