"""The one spelling of country names, for adapters whose own source knows only ISO codes or spells otherwise."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from builder.errors import ToolError
from builder.resources import tool_specs_dir


@cache
def country_names() -> Mapping[str, str]:
    """Short name without article by ISO 3166-1 alpha-2 code, in the order of codes: `{"NL": "Netherlands", ...}`.

    The names are those of GeoNames (`tool_specs/countries.toml`), as `general.countries` lists them.
    """
    text = (tool_specs_dir() / "countries.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


def country_code(country: str) -> str:
    """The alpha-2 code of a country given by its name (an article is let pass) or by its code in either case.

    Raises ToolError of kind `not_found` for anything else.
    """
    names = country_names()
    if country.upper() in names:
        return country.upper()
    plain = country.removeprefix("the ").removeprefix("The ")
    for code, name in names.items():
        if name == plain:
            return code
    raise ToolError("not_found", f"no country {country!r}; give its English short name or ISO 3166-1 alpha-2 code")
