"""Live tools over HTTP: build the request, check where it goes, read the answer, record it, replay it.

placing.py     a spec and arguments give a request          parsing.py, selecting.py   a response gives fields
reading.py     one call as a generator of requests          specs.py                   what is wrong with a spec
egress.py      which addresses may be connected to          pace.py                    how fast, and when to stop asking
client.py      one request, trying.py its tries             secrets.py                 keys by name, scrubbed by value
calling.py     live, record or replay                       checking.py, drift.py      call again, and compare

Calling, recordings, keys and drift are those of tools over MCP too (`builder.tools.mcp`).
"""
