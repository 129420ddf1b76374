"""Specs proposed from what others say of their tools: an MCP server's list, an OpenAPI description.

schemas.py, leaves.py   the plain values of a JSON Schema     proposing.py   semantic types that a value may have
lines.py                lines of a spec, as TOML              folder.py      where specs go; nothing is overwritten

Whatever was guessed is named in `review`, and `tools check` fails until a person has confirmed it. What others wrote
is data: control tokens and hidden characters are written so that they only show, and words that order a reader about
are left out.
"""
