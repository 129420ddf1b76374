"""Tools of MCP servers: start or reach the server, hold it to what was reviewed, read its answers, record, replay.

packages.py    which program may be started, and whether it is the pinned one
launching.py   start it, with nothing of our environment
stdio.py       messages over its standard input and output        streaming.py   messages over streamable HTTP
sessions.py    one session with each server, its tries and its end
pins.py        the list of tools as it was reviewed               reading.py     one call as a generator of requests
specs.py       what is wrong with a spec
drafting.py, importing.py   `tools import-mcp`: specs from a server's list (with `builder.tools.drafts`)

Recording, replay, grants of keys, egress, pace and drift are those of `builder.tools.http`.
"""
