"""Scaffold a tool: its spec, its adapter, and the provider's file when the provider is new.

What must be written by hand is left empty, so that `tools check` lists it; nothing made up passes.
"""

from __future__ import annotations

from pathlib import Path
from string import Template

from builder.errors import SettingsError
from builder.records.base import DOMAINS
from builder.tools.checks import NAME

KINDS = ("function", "query", "http", "code")

_PROVIDER = Template("""\
#:schema $up/docs/schemas/provider.schema.json
title = ""                 # for people: "World airports"
source = ""                # how a question may name it: "the airportsdata package"
data_licence = ""          # begins with a key of tool_specs/licences.toml; "none (computation only)" for computation
attribution = ""           # the sentence for the dataset card
# data_date = "2026-09"    # ISO date, month or year of the data; leave out for pure computation
# say_source = true        # when a question about these data must name source or date

# [[packages]]             # each package that functions.py imports, pinned as in requirements.lock
# name = ""
# version = ""
# licence = ""
$tables""")

_TABLES = """
[tables.entries]
function = "entries_table"
description = ""
"""

_HOSTS = """
terms = ""                 # https address of the terms of use
say_source = true          # what a service says changes, so a question must name it
share_responses = false    # true where its terms let recorded answers be passed on

[[hosts]]                  # each host that the tools reach; see docs/live_tools.md
name = ""
rate = 1                   # requests a second that its terms allow, or fewer
"""

_REQUEST = """
[request]
url = ""                   # https://host/path/{value}
found = ""                 # what must be in the answer, as JMESPath; else it is not_found

[errors]
not_found = ""
"""

_CODE = """
[code]
language = "python"        # or sql
program = '''
import json
import sys

given = json.load(sys.stdin)
raise NotImplementedError("write the program: it prints a JSON object with the declared fields")
'''
"""

_SELECT = 'select = ""                # where it is in the answer: JMESPath, or a pointer that begins with /\n'

_TOOL = Template("""\
#:schema $up/docs/schemas/tool.schema.json
description = ""           # at most 400 characters: what a model would choose the tool by
kind = "$kind"
role = "$role"             # retrieval looks something up, processing computes
$body
[parameters.value]
type = ""                  # a semantic type of tool_specs/types.toml or types/<domain>.toml
description = ""

[returns.result]
type = ""
description = ""
${read}topic = "general"
phrases = []               # "the population of {country}"
ask = []                   # "How many people live in {country}?"

[[examples]]               # at least two that work
arguments = { value = "" }
[[examples]]
arguments = { value = "" }
[[examples]]               # and a real wrong input, with the kind of error that it must give
arguments = { value = "" }
error = "not_found"
""")

_FUNCTION = Template('''

def $name(value: str) -> dict[str, Any]:
    """What it returns, in one line. Wrong input raises LookupError or ValueError with words to act on."""
    raise NotImplementedError("write the adapter; import packages inside it")
''')

_TABLE_FUNCTION = '''

def entries_table() -> list[dict[str, Any]]:
    """Rows of the table, one flat dict each."""
    raise NotImplementedError("write the table; import packages inside it")
'''

_MODULE = '''\
"""Adapters of {provider}."""

from __future__ import annotations

from typing import Any
'''


def scaffold(root: Path, place: str, kind: str = "function") -> list[Path]:
    """Write the files of a new tool at `place` (`domain/provider/name`). Raises SettingsError, overwrites nothing."""
    domain, provider, name = _parts(place)
    if kind not in KINDS:
        raise SettingsError(f"{kind!r} is no kind of tool (there are {', '.join(KINDS)})")
    if not (root / "types.toml").is_file():
        raise SettingsError(f"{root} is no folder of tool specs: it has no types.toml (name one with --specs)")
    folder = root / domain / provider
    spec, module = folder / f"{name}.toml", folder / "functions.py"
    if spec.exists():
        raise SettingsError(f"{spec} exists: choose another name, or edit it")
    taken = sorted(path for path in root.glob(f"*/*/{name}.toml"))
    if taken:
        raise SettingsError(f"the name {name} is taken by {taken[0]}: a model sees only the last part of an id")
    folder.mkdir(parents=True, exist_ok=True)
    written = [spec]
    if not (folder / "provider.toml").exists():
        more = {"query": _TABLES, "http": _HOSTS}.get(kind, "")
        (folder / "provider.toml").write_text(_PROVIDER.substitute(up="../../..", tables=more), encoding="utf-8")
        written.append(folder / "provider.toml")
    if kind not in ("http", "code") and not module.exists():
        body = _MODULE.format(provider=f"{domain}.{provider}") + (_TABLE_FUNCTION if kind == "query" else "")
        module.write_text(body, encoding="utf-8")
        written.append(module)
    spec.write_text(_spec(kind, name), encoding="utf-8")
    if kind == "function":
        with module.open("a", encoding="utf-8") as file:
            file.write(
                (_MODULE.format(provider=place) if not module.stat().st_size else "") + _FUNCTION.substitute(name=name)
            )
        written += [] if module in written else [module]
    return written


def _parts(place: str) -> tuple[str, str, str]:
    """Domain, provider and name of `general/airports/airport_lookup`; dots do as well."""
    parts = place.removesuffix(".toml").replace(".", "/").strip("/").split("/")
    if len(parts) != 3:
        raise SettingsError(f"{place!r}: write DOMAIN/PROVIDER/NAME, such as general/airports/airport_lookup")
    if parts[0] not in DOMAINS:
        raise SettingsError(f"{place!r}: {parts[0]} is no domain; there are {', '.join(DOMAINS)}")
    for part in parts[1:]:
        if not NAME.match(part):
            raise SettingsError(f"{place!r}: {part} is no name: 3 to 64 lower-case letters, digits and underscores")
    return parts[0], parts[1], parts[2]


def _spec(kind: str, name: str) -> str:
    read = ""
    if kind == "http":
        body, role, read = _REQUEST, "retrieval", _SELECT
    elif kind == "code":
        body, role = _CODE, "processing"
    elif kind == "function":
        body, role = f'function = "{name}"          # in functions.py; same parameter names\n', "processing"
    else:
        body = 'sql = "SELECT ... AS result FROM entries WHERE ... = $value"\n[errors]\nnot_found = ""\n'
        role = "retrieval"
    return _TOOL.substitute(up="../../..", kind=kind, role=role, body=body, read=read)
