"""Run programs of strangers without letting them at anything: no network, no files, no environment, bounded resources.

selftest.py, probe.py    which variant holds: every wall is tried. Start with `sandbox()`
policy.py                limits, environment, outcomes
variants.py              bubblewrap, Landlock: how the inside is started
running.py               one job: feed it, read it, say how it ended
watch.py                 outside, one for each call: holds totals, kills until nothing is left
confine.py               inside, first: user, limits, walls (kernel.py, landlock.py, seccomp.py, syscalls.py)
harness.py, querying.py  inside, then: a Python program, or SQL over given rows

What holds and what does not: docs/sandbox.md. What runs inside imports the standard library alone (a query, DuckDB).
"""
