"""`tools sandbox`: which sandbox this machine has for programs of tools."""

from __future__ import annotations

from argparse import ArgumentParser

from builder.cli.output import paragraph, print_json
from builder.cli.parser import Invocation, Verbs


def add_sandbox(group: Verbs) -> ArgumentParser:
    return group.add(
        "sandbox",
        "try what this machine has to run programs of tools in, and say what holds",
        run_sandbox,
        "Each variant is tried by a probe that attacks it. Exits with 1 when none holds (docs/sandbox.md).",
    )


def run_sandbox(options: Invocation) -> int:
    """`tools sandbox`"""
    from builder.tools.sandbox.selftest import FIX, try_all

    trials = try_all()
    chosen = next((trial for trial in trials if not trial.problem), None)
    if options.json:
        print_json(
            {
                "used": chosen.used.to_json() if chosen is not None and chosen.used is not None else None,
                "tried": [{"variant": trial.variant, "problem": trial.problem} for trial in trials],
            }
        )
        return 0 if chosen is not None else 1
    for trial in trials:
        version = f" {trial.used.version}" if trial.used is not None else ""
        print(f"{trial.variant}{version}: " + ("refused" if trial.problem else "holds"))
        if trial.problem:
            print(paragraph(trial.problem, "    "))
    if chosen is None or chosen.used is None:
        print(f"programs of tools are not run here ({FIX})")
        return 1
    print(f"used: {chosen.variant} {chosen.used.version}, policy {chosen.used.policy[:16]}")
    return 0
