"""Licences of packages: what a provider declares, against what the installed package says of itself."""

from __future__ import annotations

import importlib.metadata
import re

from builder.errors import SpecProblem
from builder.records.tools import Provider

# Words by which package metadata name a licence, in the order of trying: longer before their parts.
_FAMILIES = (
    (r"lgpl|lesser general public", "LGPL"),
    (r"agpl|affero", "AGPL"),
    (r"\bgpl|gnu general public", "GPL"),
    (r"apache", "Apache-2.0"),
    (r"\bbsd|sunlight labs", "BSD"),
    (r"unlicense", "Unlicense"),
    (r"cc0|public domain", "public domain"),
    (r"cc-by|creative commons attribution", "CC-BY"),
    (r"mozilla|\bmpl", "MPL"),
    (r"python software foundation|\bpsf", "PSF"),
    (r"biopython", "BSD"),
    (r"\bisc\b", "ISC"),
    (r"zope|\bzpl", "ZPL"),
    (r"\bmit\b|expat", "MIT"),
)
"""Biopython's own agreement is offered with BSD-3-Clause beside it, which is what providers declare."""

_LINES = 3
"""Lines of a licence text that may name it; further down, texts speak of other licences."""


def families(text: str) -> set[str]:
    """Licence families that a text names: `BSD License` and `BSD-3-Clause` are one."""
    low, found = text.lower(), set()
    for pattern, family in _FAMILIES:
        if re.search(pattern, low):
            found.add(family)
            low = re.sub(pattern, " ", low)
    return found


def metadata_families(package: str) -> set[str]:
    """Families that an installed package's metadata name; none when they name no licence at all."""
    metadata = importlib.metadata.metadata(package)
    classifiers = [text for text in metadata.get_all("Classifier") or () if text.startswith("License")]
    expressions = metadata.get_all("License-Expression") or []
    plain = [line for text in metadata.get_all("License") or () for line in text.splitlines()[:_LINES]]
    return families("\n".join([*expressions, *plain, *classifiers]))


def licence_problems(provider: Provider) -> list[SpecProblem]:
    """Packages whose metadata name another licence than the provider declares. Needs them installed."""
    file, found = f"{provider.id.replace('.', '/')}/provider.toml", []
    for number, package in enumerate(provider.packages):
        declared, says = families(package.licence), metadata_families(package.name)
        if says and not declared & says:
            problem = f"expected {' or '.join(sorted(says))} as {package.name} says, found {package.licence}"
            found.append(SpecProblem(file, f"packages.{number}.licence", problem, "declare what its metadata say"))
    return found
