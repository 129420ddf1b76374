"""`exemplars ...`: look at what scenarios and frames give."""

from __future__ import annotations

import difflib
from collections import Counter
from typing import Any

from builder.cli.choosing import add_specs, pool_of
from builder.cli.output import paragraph, print_json, table
from builder.cli.parser import Invocation, Verbs, add_json, positive


def add_verbs(verbs: Verbs) -> None:
    group = Verbs(verbs.add("exemplars", "look at forms of question: declared scenarios, and frames by rule"))
    listing = group.add("list", "list scenarios and frames", run_list)
    listing.add_argument("--domain", metavar="D", help="scenarios of one domain")
    show = group.add("show", "show a scenario: slots, steps of each round, wordings", run_show)
    show.add_argument("exemplar", metavar="ID", help="id of a scenario, such as financial.company_quote_with_vat")
    trial = group.add("try", "make tasks of one exemplar and print them with their refusals", run_try)
    trial.add_argument("exemplar", metavar="ID", help="id of a scenario, or frame.NAME")
    trial.add_argument("-n", "--count", metavar="N", type=positive, default=10, help="draws (default: 10)")
    trial.add_argument("--seed", metavar="S", type=int, default=1, help="another seed, other draws (default: 1)")
    trial.add_argument("-v", "--verbose", action="store_true", help="print calls, earlier rounds and all refusals")
    for parser in (listing, show, trial):
        add_specs(parser)
    for parser in (listing, show):
        add_json(parser)


def run_list(options: Invocation) -> int:
    """`exemplars list`"""
    from builder.recipe.frames import FRAMES

    scenarios = pool_of(options).scenarios.values()
    found = [scenario for scenario in scenarios if options.domain in (None, scenario.domain)]
    frames = sorted(FRAMES) if options.domain is None else []
    if options.json:
        rows = [{"id": s.id, "title": s.title, "rounds": len(s.rounds)} for s in found]
        print_json([*rows, *({"id": f"frame.{name}", "title": "", "rounds": None} for name in frames)])
        return 0
    print("\n".join(table([(s.id, s.title, f"{len(s.rounds)} rounds") for s in found])))
    for name in frames:
        print(f"frame.{name}")
    print(f"\n{len(found)} scenarios, {len(frames)} frames")
    return 0


def run_show(options: Invocation) -> int:
    """`exemplars show`"""
    from builder.errors import BuilderError

    scenarios = pool_of(options).scenarios
    if options.exemplar not in scenarios:
        near = difflib.get_close_matches(options.exemplar, scenarios, 1)
        hint = f"did you mean {near[0]}?" if near else "`dive-builder exemplars list` shows the ids"
        raise BuilderError(f"there is no scenario {options.exemplar!r} ({hint})")
    scenario = scenarios[options.exemplar]
    if options.json:
        print_json(scenario.model_dump(mode="json", exclude_defaults=True))
        return 0
    print(f"{scenario.id}: {scenario.title}")
    for name, slot in scenario.slots.items():
        how = slot.model_dump(mode="json", exclude_defaults=True, exclude={"type"})
        print(f"  {name}: {slot.type}" + "".join(f"; {key} = {value}" for key, value in how.items()))
    for number, part in enumerate(scenario.rounds, 1):
        instead = ", in place of the one before" if part.alternative else ""
        print(f"\nRound {number}, {part.move}{instead}")
        for step in part.steps:
            given = step.arguments or step.inputs
            over = f" for each of {step.over}" if step.parameter else ""
            inputs = ", ".join(f"{key} = {value}" for key, value in given.items())
            print(f"  {step.id}: {step.tool or f'[{step.op}]'}({inputs}){over}")
        print(f"  answer = {part.answer.value}")
        for register, texts in part.ask.items():
            for text in texts:
                print(paragraph(f"{register}: {text}", "    "))
    for variation in scenario.vary:
        compared = variation.round or len(scenario.rounds)
        print(f"\nVariation of round {compared} over {', '.join(variation.slots)}: {', '.join(variation.ask)}")
        for register, text in variation.setting.items():
            print(paragraph(f"{register}: {text}", "    "))
    return 0


def run_try(options: Invocation) -> int:
    """`exemplars try`"""
    from builder.recipe.atlas import Atlas
    from builder.recipe.synthesis import synthesize
    from builder.testing.draws import aimed_draws
    from builder.tools.driver import drive
    from builder.tools.executor import Executor

    pool = pool_of(options)
    atlas, executor = Atlas(pool), Executor(pool, cache=20_000)
    kept, reasons = 0, Counter[str]()
    for draw in aimed_draws(pool, atlas, options.exemplar, options.count, options.seed):
        found = drive(synthesize(draw, pool, atlas, options.seed, 3, executor.key), executor)
        for number, reason, detail in found.refusals:
            reasons[reason] += 1
            if options.verbose or found.task is None:
                print(f"   refused in round {number}: {detail}")
        if found.task is not None:
            kept += 1
            _print_task(found.task, options.verbose)
    print(f"\n{kept} of {options.count} draws gave a task; refusals: {dict(reasons)}")
    return 0


def _print_task(task: Any, verbose: bool) -> None:
    shape = f"{len(task.calls)} calls, depth {task.depth}, round {len(task.rounds)}"
    print(f"\n[{task.exemplar}; {task.register_}; {shape}]")
    if verbose:
        for part in task.rounds[:-1]:
            print(f"  round {part.number}: {part.question} => {part.answer.value}")
    print(f"  {task.question}\n  => {task.answer.value}")
    if verbose:
        for call in task.calls:
            print(f"     {call.id} {call.tool} {call.arguments} -> {str(call.result)[:160]}")
