"""`status`, `report`, `sample` and `show`: look at what a run made, or at a release."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from builder.cli import comparing
from builder.cli.choosing import add_source, settings_of, source_of, store_of
from builder.cli.output import print_json, table
from builder.cli.parser import Invocation, Verbs, add_json, add_settings, positive
from builder.cli.progress import line_of
from builder.errors import BuilderError

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
        if name == "report":
            parser.add_argument(
                "--rejected",
                action="store_true",
                help="print one rejected candidate for each law and gate, as Markdown",
            )
            comparing.add_options(parser)
    sample = verbs.add("sample", "print random tasks of a store or release", run_sample)
    add_source(sample)
    sample.add_argument("-n", "--count", metavar="N", type=positive, default=10, help="how many (default: 10)")
    sample.add_argument(
        "--seed", metavar="S", default="1", help="another seed, other tasks (default: 1); `manifest`: the release's own"
    )
    sample.add_argument("--stratum", metavar="X", help="only tasks with an attempt of this stratum (direct, ...)")
    sample.add_argument("--sheet", metavar="FILE", type=_path, help="write a Markdown sheet for a reader to mark")
    sample.add_argument(
        "--score", metavar="FILE", type=_path, nargs="+", help="add up the marks of a filled sheet, or compare two"
    )
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


_SHARES = ("kind", "part", "draws", "verified", "tasks", "sft", "rl")


def run_report(options: Invocation) -> int:
    """`report`"""
    from builder.recipe.judging import pair_told, told
    from builder.stages.looking import store_difficulty, store_models, store_report, store_shares

    if options.rejected:
        return _rejected(options)
    if any(value is not None for value in (options.compare, options.size, options.scope, options.html)):
        return comparing.run(options)
    report, metrics = store_report(store_of(options))
    models = store_models(store_of(options), settings_of(options))
    rounds, frames = store_difficulty(store_of(options))
    shares = store_shares(store_of(options))
    if options.json:
        print_json(
            {
                "totals": report.totals,
                "failure_share": report.failure_share,
                "funnel": [
                    dict(zip(("stage", "status", "reason", "records"), row, strict=True)) for row in report.funnel
                ],
                "shares": [dict(zip(_SHARES, row, strict=True)) for row in shares],
                "metrics": [dict(zip(("metric", "scope", "value"), row, strict=True)) for row in metrics],
                "rounds": [dict(zip(("k", "solver", "tasks", "shapes", "solved"), row, strict=True)) for row in rounds],
                "baselines": [dict(zip(("form", "solver", "tasks", "solved"), row, strict=True)) for row in frames],
                "models": [asdict(line) | {"tokens_per_accepted": line.tokens_per_accepted} for line in models.costs],
                "judges": [line.model_dump() for line in models.judges],
                "judge_pairs": [line.model_dump() for line in models.pairs],
                "tries": [dict(zip(("stage", "model", "reason", "tries"), row, strict=True)) for row in models.tries],
            }
        )
        return 0
    print("\n".join(report.lines()))
    print()
    print("\n".join(table(list(report.totals.items()), right=[1])))
    if shares:
        print()
        print("\n".join(table([["", *_SHARES[2:]], *(row[1:] for row in shares)], right=range(1, 6))))
    if metrics:
        print()
        print("\n".join(_metrics(metrics)))
    if rounds:
        print()
        print("\n".join(_solved(rounds, frames)))
    if models.costs:
        print()
        print("\n".join(line.line() for line in models.costs))
        print("\n".join([*(told(judge) for judge in models.judges), *(pair_told(pair) for pair in models.pairs)]))
        print("\n".join(table(models.tries, right=[3])))
    return 0


def _rejected(options: Invocation) -> int:
    """What was refused, with an example each."""
    from builder.stages.rejected import page, rejected
    from builder.store import Store

    with Store.read(store_of(options)) as store:
        found = rejected(store, settings_of(options))
    if options.json:
        print_json([asdict(one) for one in found])
        return 0
    print("# Rejected candidates\n")
    print("One real candidate for each reason, of one run. `dive-builder report --rejected` prints this page.")
    print("Laws that specs and exemplars are held to when they are loaded refuse nothing later; `tests/sense` has")
    print("cases of each.\n")
    print("\n".join(page(found)).rstrip())
    return 0


def _metrics(metrics: list[tuple[str, str, float]]) -> list[str]:
    """One line per metric, one column per scope."""
    scopes = list(dict.fromkeys(scope for _, scope, _ in metrics))
    values = {(name, scope): value for name, scope, value in metrics}
    rows = [["metric", *scopes]]
    for name in dict.fromkeys(name for name, _, _ in metrics):
        rows.append([name, *(f"{values[name, s]:,.6g}" if (name, s) in values else "-" for s in scopes)])
    return table(rows, right=range(1, len(scopes) + 1))


def _solved(rounds: list[tuple[Any, ...]], frames: list[tuple[Any, ...]]) -> list[str]:
    """Share that each baseline solver reaches, after K rounds and by frame; one column per solver."""
    shapes = {f"K = {k}": (tasks, f"{shapes:,}") for k, _, tasks, shapes, _ in rounds}
    shares = {(f"K = {k}", solver): solved for k, solver, _, _, solved in rounds}
    shapes |= {form: (tasks, "-") for form, _, tasks, _ in frames if form != "all"}
    shares |= {(form, solver): solved for form, solver, _, solved in frames}
    solvers = list(dict.fromkeys(solver for _, solver in shares))
    rows: list[list[object]] = [["solved by", "tasks", "shapes", *solvers]]
    for form, (tasks, count) in shapes.items():
        cells = [f"{shares[form, s]:.1%}" if (form, s) in shares else "-" for s in solvers]
        rows.append([form, f"{tasks:,}", count, *cells])
    return table(rows, right=range(1, len(solvers) + 3))


def run_sample(options: Invocation) -> int:
    """`sample`"""
    from builder.cli.tasks import sheet_lines, task_summary
    from builder.stages.looking import sample, seed_of
    from builder.stages.sheets import sheet

    if options.score:
        return _score(options)
    source = source_of(options)
    seed = seed_of(source, options.seed)
    tasks = sample(source, options.count, seed, options.stratum)
    if options.sheet:
        options.sheet.write_text(sheet(f"Reading sheet, seed {seed}", tasks, sheet_lines), encoding="utf-8")
        print(f"{options.sheet}: {len(tasks)} tasks; fill it in, then: dive-builder sample --score {options.sheet}")
        return 0
    if options.json:
        print_json([task.model_dump(mode="json", by_alias=True) for task in tasks])
        return 0
    print("\n\n".join("\n".join(task_summary(task)) for task in tasks))
    return 0


def _score(options: Invocation) -> int:
    """Marks of one sheet, or of two readers side by side."""
    from builder.stages.sheets import MARKS, agreement, read_sheet

    if len(options.score) > 2:
        raise BuilderError("--score takes one sheet, or two to compare (leave the others out)")
    readings = [read_sheet(path) for path in options.score]
    rows: list[list[object]] = [["", *MARKS]]
    for path, reading in zip(options.score, readings, strict=True):
        shares = [reading.share(mark) for mark in MARKS]
        rows.append([f"{path}, {len(reading.marks)} of {reading.tasks} read", *(str(yes) for yes, _ in shares)])
    if len(readings) == 2:
        found = agreement(*readings)
        rows.append([f"both say yes, of {found.tasks}", *(str(found.both[mark]) for mark in MARKS)])
        rows.append(["both say the same", *(str(found.same[mark]) for mark in MARKS)])
        kappas = [found.kappa[mark] for mark in MARKS]
        rows.append(["Cohen's kappa", *("-" if kappa is None else f"{kappa:.2f}" for kappa in kappas)])
    print("\n".join(table(rows, right=(1, 2, 3))))
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
