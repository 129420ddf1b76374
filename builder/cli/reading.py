"""`status`, `report`, `sample` and `show`: look at what a run made, or at a release."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from builder.cli.choosing import add_source, source_of, store_of
from builder.cli.output import print_json, table
from builder.cli.parser import Invocation, Verbs, add_json, add_settings, positive
from builder.cli.progress import line_of

if TYPE_CHECKING:
    from pathlib import Path

    from builder.stages.looking import Look


def add_verbs(verbs: Verbs) -> None:
    for name, text, run in (
        ("status", "say how far the last run of a store is, also while it runs", run_status),
        ("report", "print where records went (the funnel), totals and diversity metrics of a store", run_report),
    ):
        parser = verbs.add(name, text, run)
        add_settings(parser)
        parser.add_argument(
            "--store", metavar="PATH", type=_path, help="the store (default: .dive/<profile>.duckdb here)"
        )
        add_json(parser)
    sample = verbs.add("sample", "print random tasks of a store or release", run_sample)
    add_source(sample)
    sample.add_argument("-n", "--count", metavar="N", type=positive, default=10, help="how many (default: 10)")
    sample.add_argument("--seed", metavar="S", type=int, default=1, help="another seed, other tasks (default: 1)")
    add_json(sample)
    show = verbs.add(
        "show",
        "show a task: question, answer, calls, derivation, rounds, attempts, why kept or dropped",
        run_show,
        "The id of a draw shows why it gave no task.",
    )
    show.add_argument("id", metavar="TASK_ID", help="id of a task or draw, or its beginning")
    add_source(show)
    show.add_argument("--messages", action="store_true", help="print the attempts' whole conversations")
    add_json(show)


def _path(text: str) -> Path:
    from pathlib import Path

    return Path(text)


def run_status(options: Invocation) -> int:
    """`status`"""
    from builder.stages.status import status

    found = status(store_of(options))
    if options.json:
        print_json(asdict(found))
        return 0
    print(f"{store_of(options)}: {found.state}")
    for progress in found.stages:
        if progress.total:
            print(f"  {line_of(progress)}")
    if found.message:
        print(found.message)
    if found.state == "ended" and found.totals:
        print(", ".join(f"{count:,} {what}" for what, count in found.totals.items()))
    return 0


def run_report(options: Invocation) -> int:
    """`report`"""
    from builder.stages.looking import store_costs, store_report

    report, metrics = store_report(store_of(options))
    costs, tries = store_costs(store_of(options))
    if options.json:
        print_json(
            {
                "totals": report.totals,
                "failure_share": report.failure_share,
                "funnel": [
                    dict(zip(("stage", "status", "reason", "records"), row, strict=True)) for row in report.funnel
                ],
                "metrics": [dict(zip(("metric", "scope", "value"), row, strict=True)) for row in metrics],
                "models": [asdict(line) | {"tokens_per_accepted": line.tokens_per_accepted} for line in costs],
                "tries": [dict(zip(("stage", "model", "reason", "tries"), row, strict=True)) for row in tries],
            }
        )
        return 0
    print("\n".join(report.lines()))
    print()
    print("\n".join(table(list(report.totals.items()), right=[1])))
    if metrics:
        print()
        print("\n".join(_metrics(metrics)))
    if costs:
        print()
        print("\n".join(line.line() for line in costs))
        print("\n".join(table(tries, right=[3])))
    return 0


def _metrics(metrics: list[tuple[str, str, float]]) -> list[str]:
    """One line per metric, one column per scope."""
    scopes = list(dict.fromkeys(scope for _, scope, _ in metrics))
    values = {(name, scope): value for name, scope, value in metrics}
    rows = [["metric", *scopes]]
    for name in dict.fromkeys(name for name, _, _ in metrics):
        rows.append([name, *(f"{values[name, s]:,.6g}" if (name, s) in values else "-" for s in scopes)])
    return table(rows, right=range(1, len(scopes) + 1))


def run_sample(options: Invocation) -> int:
    """`sample`"""
    from builder.cli.tasks import task_summary
    from builder.stages.looking import sample

    tasks = sample(source_of(options), options.count, options.seed)
    if options.json:
        print_json([task.model_dump(mode="json", by_alias=True) for task in tasks])
        return 0
    print("\n\n".join("\n".join(task_summary(task)) for task in tasks))
    return 0


def run_show(options: Invocation) -> int:
    """`show`"""
    from builder.cli.tasks import look_lines
    from builder.stages.looking import look

    found = look(source_of(options), options.id)
    if options.json:
        print_json(_look_json(found))
        return 0
    print("\n".join(look_lines(found, options.messages)))
    return 0


def _look_json(found: Look) -> dict[str, Any]:
    def dump(record: Any) -> Any:
        return None if record is None else record.model_dump(mode="json", by_alias=True)

    return {
        "task": dump(found.task),
        "draw": dump(found.draw),
        "attempts": [{"attempt": dump(attempt), "verdict": dump(verdict)} for attempt, verdict in found.attempts],
        "outcomes": [asdict(outcome) for outcome in found.outcomes],
        "duplicates": [dict(zip(("kept", "kind", "similarity"), row, strict=True)) for row in found.duplicates],
        "splits": list(found.splits),
    }
