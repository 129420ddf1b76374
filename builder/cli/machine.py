"""`doctor`: is this machine fit to build a release?"""

from __future__ import annotations

from builder.cli.choosing import add_specs, specs_of
from builder.cli.output import print_json
from builder.cli.parser import Invocation, Verbs, add_json


def add_verbs(verbs: Verbs) -> None:
    doctor = verbs.add("doctor", "check this machine: Python, packages, tools, cache, disk", run_doctor)
    add_specs(doctor)
    add_json(doctor)


def run_doctor(options: Invocation) -> int:
    """`doctor`"""
    from dataclasses import asdict

    from builder.stages.doctor import examine

    found = examine(specs_of(options))
    if options.json:
        print_json([asdict(finding) for finding in found])
    else:
        width = max(len(finding.what) for finding in found)
        for finding in found:
            remedy = f"\n{'':{width + 6}}-> {finding.remedy}" if finding.remedy else ""
            print(f"{'ok  ' if finding.ok else 'NOT '}  {finding.what:<{width}}  {finding.found}{remedy}")
    return 0 if all(finding.ok for finding in found) else 1
