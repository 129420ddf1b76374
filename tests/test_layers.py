"""The shape of the package: imports point down, the lower layers are pure, rooms stay small.

A room is a module or package right under `builder/`; `builder/__init__.py` is the room `__init__`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

BUILDER = Path(__file__).parent.parent / "builder"

ROOMS = {
    4: {"cli", "__init__", "__main__"},
    3: {"stages", "serve", "testing"},
    2: {"tools", "models", "store", "hub", "engines"},
    1: {"recipe", "prompts", "sql", "rewards"},
    0: {"records", "settings", "identity", "errors", "resources", "countries", "waiting"},
}
LAYER = {room: layer for layer, rooms in ROOMS.items() for room in rooms}

# The outside world, which layers 0 and 1 never touch.
OUTSIDE = {
    "asyncio", "aiohttp", "duckdb", "socket", "subprocess", "time", "multiprocessing", "urllib.request",
}  # fmt: skip
CLOCKS = {"datetime": {"now", "utcnow", "today"}, "date": {"today"}}

MODULE_LINES, FUNCTION_LINES, PARAMETERS = 350, 50, 6
EXCUSE = "over the ceiling because"


def imported(tree: ast.AST, module: str, is_package: bool) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything imported, `from a import b` as `a.b`."""
    package = module.split(".") if is_package else module.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node.lineno, f"{base}.{alias.name}"


def room_of(name: str) -> str | None:
    """The room that a dotted name lies in; None outside the package."""
    parts = name.split(".")
    if parts[0] != "builder":
        return None
    # `from builder import Settings` reaches a public name, which is the business of `builder/__init__.py`.
    return parts[1] if len(parts) > 1 and parts[1] in LAYER else "__init__"


def import_breaches(source: str, module: str, is_package: bool = False) -> list[str]:
    """What the imports and clock readings of one module break, each as one line."""
    own = module.split(".")[1] if "." in module else "__init__"
    if own not in LAYER:
        return [f"{module}: no layer has a room {own!r}; name it in ROOMS"]
    layer, tree, found = LAYER[own], ast.parse(source), []
    for line, name in imported(tree, module, is_package):
        where, other = f"{module}:{line}", room_of(name)
        if other is None:
            outside = next((o for o in sorted(OUTSIDE) if name == o or name.startswith(f"{o}.")), None)
            if layer <= 1 and outside:
                found.append(f"{where}: layer {layer} imports {outside}")
        elif LAYER[other] > layer:
            found.append(f"{where}: {own} (layer {layer}) imports {other} (layer {LAYER[other]}), which is above")
        elif layer == 2 and LAYER[other] == 2 and other != own:
            found.append(f"{where}: {own} imports {other}: no room of layer 2 imports another")
    if layer <= 1:
        found += [f"{module}:{line}: layer {layer} reads the clock" for line in clock_readings(tree)]
    return found


def clock_readings(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            if node.attr in CLOCKS.get(owner, ()):
                yield node.lineno


def size_breaches(source: str, module: str) -> list[str]:
    """Modules, functions and signatures over the ceilings whose docstring gives no reason."""
    tree, found = ast.parse(source), []
    lines = len(source.splitlines())
    if lines > MODULE_LINES and not excused(tree):
        found.append(f"{module}: {lines} lines, over {MODULE_LINES}")
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or excused(node):
            continue
        where, lines = f"{module}:{node.lineno}: {node.name}", (node.end_lineno or 0) - node.lineno + 1
        if lines > FUNCTION_LINES:
            found.append(f"{where}: {lines} lines, over {FUNCTION_LINES}")
        signature = node.args
        names = [a.arg for a in (*signature.posonlyargs, *signature.args, *signature.kwonlyargs)]
        count = len([name for name in names if name not in ("self", "cls")])
        if count > PARAMETERS:
            found.append(f"{where}: {count} parameters, over {PARAMETERS}")
    return found


def excused(node: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return EXCUSE in " ".join((ast.get_docstring(node) or "").split())


def modules() -> list[tuple[str, Path]]:
    """Dotted name and path of each module of the package."""
    found = []
    for path in sorted(BUILDER.rglob("*.py")):
        parts = path.relative_to(BUILDER.parent).with_suffix("").parts
        found.append((".".join(parts[:-1] if parts[-1] == "__init__" else parts), path))
    return found


MODULES = [pytest.param(name, path, id=name) for name, path in modules()]


@pytest.mark.parametrize(("module", "path"), MODULES)
def test_imports_point_down(module: str, path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert import_breaches(source, module, path.name == "__init__.py") == []


@pytest.mark.parametrize(("module", "path"), MODULES)
def test_rooms_stay_small(module: str, path: Path) -> None:
    assert size_breaches(path.read_text(encoding="utf-8"), module) == []


def test_rooms_of_one_layer_form_no_circle() -> None:
    graph: dict[str, set[str]] = {}
    for module, path in modules():
        own = room_of(module) or ""
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for _, name in imported(tree, module, path.name == "__init__.py"):
            other = room_of(name)
            if other is not None and other != own:
                graph.setdefault(own, set()).add(other)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"rooms import each other in a circle: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize(
    ("module", "source", "words"),
    [
        ("builder.recipe.walk", "from builder.stages import draw", "which is above"),
        ("builder.recipe.walk", "from builder import stages", "which is above"),
        ("builder.recipe.walk", "from builder import Settings", "which is above"),
        ("builder.recipe.walk", "from ..tools.pool import ToolPool", "which is above"),
        ("builder.records.tasks", "def f():\n    import builder.recipe.gates", "which is above"),
        ("builder.stages.draw", "import builder.cli.run", "which is above"),
        ("builder.tools.http", "from builder.models import base", "no room of layer 2"),
        ("builder.store.tables", "from ..hub import card", "no room of layer 2"),
        ("builder.recipe.walk", "import asyncio", "imports asyncio"),
        ("builder.recipe.walk", "from urllib import request", "imports urllib.request"),
        ("builder.identity", "import duckdb.typing", "imports duckdb"),
        ("builder.rewards", "from time import monotonic", "imports time"),
        ("builder.recipe.walk", "import datetime\ndatetime.datetime.now()", "reads the clock"),
        ("builder.recipe.walk", "from datetime import date\ndate.today()", "reads the clock"),
        ("builder.helpers.text", "", "no layer has a room"),
    ],
)
def test_a_breach_is_caught(module: str, source: str, words: str) -> None:
    (breach,) = import_breaches(source, module)
    assert words in breach


@pytest.mark.parametrize(
    ("module", "source"),
    [
        (
            "builder.recipe.walk",
            "from builder.records.tools import ToolSpec\nfrom . import sense\nimport math",
        ),
        ("builder.recipe.walk", "import datetime\nfrom datetime import time\nimport urllib.parse, timeit"),
        ("builder.tools.pool", "import asyncio, time\nfrom builder.tools.executor import Executor"),
        ("builder.rewards", "from builder.recipe.verdicts import judge"),
        ("builder.cli.run", "from builder import Settings, stages"),
        ("builder", "from builder.stages.draw import draw"),
    ],
)
def test_a_proper_import_passes(module: str, source: str) -> None:
    assert import_breaches(source, module, module == "builder") == []


def test_ceilings_bind_unless_a_docstring_says_why() -> None:
    body = "\n".join(["    x = 1"] * FUNCTION_LINES)
    assert size_breaches(f"def f():\n{body}", "m") == ["m:1: f: 51 lines, over 50"]
    assert (
        size_breaches(f'def f():\n    """Over all, over\n    the ceiling because it is a table."""\n{body}', "m") == []
    )
    assert size_breaches("\n" * 351, "m") == ["m: 351 lines, over 350"]
    assert size_breaches('"""It is over the ceiling because it is a table."""' + "\n" * 351, "m") == []
    assert size_breaches("def f(self, a, b, c, d, e, *, f): ...", "m") == []
    assert size_breaches("def f(a, b, c, d, e, f, *, g): ...", "m") == ["m:1: f: 7 parameters, over 6"]
