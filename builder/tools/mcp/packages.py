"""Which program a server is: that of an installed package, found in the environment that the operator grants.

A Python environment has it as `bin/<program>`, a console script of the package; an npm one as
`node_modules/.bin/<program>`. Nothing is looked up on PATH. The digest of a package is over the files that it
installed, so a changed file is another package. What the package stands on is pinned by the lock of its environment,
not here.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from builder.errors import BuilderError, SpecError, SpecProblem
from builder.identity import digest
from builder.records.mcp import McpServer, ServerPackage

NOT_STATED = "not stated"
"""The licence of a package that names none: a person has to find it."""

_INSTALLERS = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
"""Files of an installed Python package that its installer writes."""


@dataclass(frozen=True, slots=True)
class Found:
    """A package that an environment has, and its program."""

    registry: Literal["pypi", "npm"]
    name: str
    version: str
    licence: str
    """As the package states it; empty when it does not."""
    files: tuple[tuple[str, Path], ...]
    """Names inside the package, and where the files are."""
    program: Path

    @property
    def sha256(self) -> str:
        return digest([[name, hashlib.sha256(path.read_bytes()).hexdigest()] for name, path in sorted(self.files)])


def home_of(home: str | None) -> Path:
    """The environment of a grant; the builder's own by default."""
    return Path(home).absolute() if home else Path(sys.prefix)


def find(home: Path, program: str) -> Found:
    """The package whose program has that name. Raises BuilderError when the environment has none."""
    if "/" in program or program in ("", ".", ".."):
        raise BuilderError(f"{program!r} is no name of a program (give the name of what a package installs)")
    found = _python(home, program) or _npm(home, program)
    if found is None:
        raise BuilderError(
            f"{home}: no package there has a program {program} (install the server's package there, or name another "
            "environment)"
        )
    return found


def pinned(provider: str, server: McpServer, home: Path) -> Found:
    """The program of a provider's server. Raises SpecError when what is installed is not what is pinned."""
    package = server.package
    assert package is not None
    found = find(home, server.command[0])
    for key in ("registry", "name", "version", "sha256"):
        wanted, here = getattr(package, key), getattr(found, key)
        if wanted != here:
            problem = f"expected {wanted}, found {here} in {home}"
            remedy = "install the pinned package, or review the new one and pin it (docs/mcp_tools.md)"
            raise SpecError(
                [SpecProblem(f"{provider.replace('.', '/')}/provider.toml", f"server.package.{key}", problem, remedy)]
            )
    return found


def package_of(found: Found) -> ServerPackage:
    """What a spec pins of it."""
    return ServerPackage(
        registry=found.registry,
        name=found.name,
        version=found.version,
        sha256=found.sha256,
        licence=found.licence or NOT_STATED,
    )


def _python(home: Path, program: str) -> Found | None:
    path = home / "bin" / program
    if not path.is_file():
        return None
    folders = [str(folder) for folder in sorted(home.glob("lib/python3*/site-packages"))]
    for each in importlib.metadata.distributions(path=folders):
        scripts = {point.name for point in each.entry_points if point.group == "console_scripts"}
        if program in scripts:
            stated = {key.lower(): value for key, value in each.metadata.json.items() if isinstance(value, str)}
            licence = stated.get("license_expression") or stated.get("license") or ""
            files = tuple(_python_files(each))
            return Found("pypi", each.metadata["Name"], each.version, next(iter(licence.splitlines()), ""), files, path)
    return None


def _python_files(package: importlib.metadata.Distribution) -> Iterator[tuple[str, Path]]:
    for file in package.files or ():
        # Scripts name the environment in their first line, and byte code holds times.
        if file.suffix == ".pyc" or file.name in _INSTALLERS or ".." in file.parts:
            continue
        yield file.as_posix(), Path(str(package.locate_file(file)))


def _npm(home: Path, program: str) -> Found | None:
    path = home / "node_modules" / ".bin" / program
    if not path.is_file():
        return None
    for manifest in sorted([*home.glob("node_modules/*/package.json"), *home.glob("node_modules/@*/*/package.json")]):
        try:
            body = json.loads(manifest.read_text(encoding="utf-8"))
            scripts = body.get("bin", {})
            names = {PurePosixPath(body["name"]).name} if isinstance(scripts, str) else set(scripts)
        except (ValueError, LookupError, AttributeError):
            continue  # no package that could be pinned
        if program in names:
            folder = manifest.parent
            files = tuple(
                (file.relative_to(folder).as_posix(), file)
                for file in sorted(folder.rglob("*"))
                if file.is_file() and "node_modules" not in file.relative_to(folder).parts
            )
            return Found("npm", body["name"], body["version"], str(body.get("license", "")), files, path)
    return None
