"""Conversion between units of measure with pint, over a closed list of names."""

from __future__ import annotations

from functools import cache
from typing import Any

from builder.errors import ToolError

UNITS = {
    "nanometre": "nanometer", "micrometre": "micrometer", "millimetre": "millimeter", "centimetre": "centimeter",
    "metre": "meter", "kilometre": "kilometer", "inch": "inch", "foot": "foot", "yard": "yard", "mile": "mile",
    "nautical_mile": "nautical_mile", "astronomical_unit": "astronomical_unit", "light_year": "light_year",
    "parsec": "parsec", "angstrom": "angstrom",
    "microgram": "microgram", "milligram": "milligram", "gram": "gram", "kilogram": "kilogram", "tonne": "metric_ton",
    "ounce": "ounce", "pound": "pound", "troy_ounce": "troy_ounce", "grain": "grain", "stone": "stone",
    "dalton": "dalton", "us_short_ton": "short_ton", "carat": "carat",
    "nanosecond": "nanosecond", "microsecond": "microsecond", "millisecond": "millisecond",
    "second": "second", "minute": "minute", "hour": "hour", "day": "day", "week": "week", "julian_year": "year",
    "square_millimetre": "millimeter**2", "square_centimetre": "centimeter**2", "square_metre": "meter**2",
    "square_kilometre": "kilometer**2", "hectare": "hectare", "acre": "international_acre", "square_foot": "foot**2",
    "square_mile": "mile**2",
    "microlitre": "microliter", "millilitre": "milliliter", "litre": "liter", "cubic_centimetre": "centimeter**3",
    "cubic_metre": "meter**3", "cubic_foot": "foot**3", "us_gallon": "gallon", "imperial_gallon": "imperial_gallon",
    "us_fluid_ounce": "fluid_ounce", "us_cup": "cup", "oil_barrel": "oil_barrel", "us_quart": "quart",
    "us_pint": "pint",
    "metre_per_second": "meter/second", "kilometre_per_hour": "kilometer/hour", "mile_per_hour": "mile/hour",
    "knot": "knot", "foot_per_minute": "foot/minute", "kilometre_per_second": "kilometer/second",
    "degree_celsius": "degree_Celsius", "degree_fahrenheit": "degree_Fahrenheit", "kelvin": "kelvin",
    "pascal": "pascal", "hectopascal": "hectopascal", "kilopascal": "kilopascal", "bar": "bar",
    "atmosphere": "atmosphere", "psi": "psi", "mmhg": "mmHg", "inch_of_mercury": "inHg",
    "joule": "joule", "kilojoule": "kilojoule", "megajoule": "megajoule", "calorie": "calorie",
    "kilocalorie": "kilocalorie", "watt_hour": "watt*hour", "kilowatt_hour": "kilowatt*hour",
    "british_thermal_unit": "Btu", "electronvolt": "electron_volt", "kiloelectronvolt": "kiloelectron_volt",
    "megaelectronvolt": "megaelectron_volt", "gigaelectronvolt": "gigaelectron_volt",
    "watt": "watt", "kilowatt": "kilowatt", "megawatt": "megawatt", "horsepower": "horsepower",
    "newton": "newton", "kilonewton": "kilonewton", "pound_force": "pound_force",
    "radian": "radian", "degree": "degree", "arcminute": "arcminute", "arcsecond": "arcsecond",
    "hertz": "hertz", "kilohertz": "kilohertz", "megahertz": "megahertz",
    "byte": "byte", "bit": "bit", "kilobyte": "kilobyte", "megabyte": "megabyte", "gigabyte": "gigabyte",
    "kibibyte": "kibibyte", "mebibyte": "mebibyte", "gibibyte": "gibibyte",
    "litre_per_100_kilometres": "liter/(100*kilometer)", "litre_per_kilometre": "liter/kilometer",
    "gram_per_cubic_centimetre": "gram/centimeter**3", "kilogram_per_cubic_metre": "kilogram/meter**3",
    "becquerel": "becquerel", "curie": "curie",
}  # fmt: skip
"""Names that the tools take, with pint's spelling."""
DECIMALS = 10
"""To which results of the type are rounded: one electronvolt would come out as no joule at all."""


@cache
def _registry() -> Any:
    import pint

    registry = pint.UnitRegistry()
    # Pint's acre is of survey feet, which the US gave up in 2022; its other feet and miles are international.
    registry.define("international_acre = 4840 * yard ** 2")
    return registry


@cache
def _unit(name: str) -> Any:
    key = name.strip().lower().replace(" ", "_")
    if key not in UNITS:
        near = sorted(unit for unit in UNITS if key[:4] and key[:4] in unit)
        message = f"unknown unit {name!r}; use a singular name such as kilometre, pound or degree_celsius"
        raise ToolError("not_found", message, similar=near[:10])
    expression = UNITS[key]
    if expression == "liter/(100*kilometer)":
        registry = _registry()
        return registry.liter / (100 * registry.kilometer)
    return _registry().parse_units(expression)


@cache
def _line(from_unit: str, to_unit: str) -> tuple[float, float]:
    """Slope and intercept of the conversion."""
    if "100" in UNITS.get(from_unit, "") + UNITS.get(to_unit, ""):
        left = 0.01 if from_unit == "litre_per_100_kilometres" else 1.0
        right = 0.01 if to_unit == "litre_per_100_kilometres" else 1.0
        base = [u if u != "litre_per_100_kilometres" else "litre_per_kilometre" for u in (from_unit, to_unit)]
        slope, start = _line(*base)
        return slope * left / right, start
    source, target = _unit(from_unit), _unit(to_unit)
    if source.dimensionality != target.dimensionality:
        message = f"{from_unit} measures {source.dimensionality} and {to_unit} measures {target.dimensionality}"
        raise ToolError("invalid_value", f"these units do not convert: {message}")
    quantity = _registry().Quantity
    zero = float(quantity(0.0, source).to(target).magnitude)
    one = float(quantity(1.0, source).to(target).magnitude)
    return (one - zero, zero) if zero else (one, 0.0)


def convert_quantity(value: float, from_unit: str, to_unit: str) -> dict[str, Any]:
    slope, start = _line(from_unit, to_unit)
    result = float(f"{value * slope + start:.12g}")
    if abs(round(result, DECIMALS) - result) > 1e-6 * abs(result):
        raise ToolError("invalid_value", f"{result:g} is too small for {to_unit}: convert to a smaller unit")
    return {"result": result}


def compare_quantities(value_a: float, unit_a: str, value_b: float, unit_b: str) -> dict[str, Any]:
    slope, start = _line(unit_b, unit_a)
    other = value_b * slope + start
    return {"difference": float(f"{value_a - other:.12g}"), "first_is_larger": value_a > other}


SYSTEMS = {
    "apothecaries' weights": ("grain", "scruple", "apothecary_dram", "apothecary_ounce", "apothecary_pound"),
    "troy weights": ("grain", "pennyweight", "troy_ounce", "troy_pound"),
    "avoirdupois weights": ("dram", "ounce", "pound", "stone", "long_hundredweight", "long_ton"),
    "imperial volumes": (
        "imperial_fluid_ounce", "imperial_gill", "imperial_pint", "imperial_quart", "imperial_gallon", "imperial_peck",
        "imperial_bushel",
    ),
    "US liquid volumes": ("minim", "fluid_dram", "fluid_ounce", "gill", "pint", "quart", "gallon", "hogshead"),
    "US dry volumes": ("dry_pint", "dry_quart", "dry_gallon", "peck", "bushel", "dry_barrel"),
    "US survey lengths": ("link", "rod", "chain", "furlong", "survey_mile"),
    "typographic lengths": ("point", "pica", "didot", "cicero"),
}  # fmt: skip
"""Systems of customary units, by pint's names."""
FAMILY = {
    "apothecaries' weights": "apothecaries'", "troy weights": "troy", "avoirdupois weights": "avoirdupois",
    "US liquid volumes": "US liquid", "US dry volumes": "US dry", "US survey lengths": "survey",
    "typographic lengths": "typographic",
}  # fmt: skip
BASE = {"weights": ("gram", "gram"), "volumes": ("liter", "litre"), "lengths": ("meter", "metre")}


def _spoken(system: str, unit: str) -> str:
    """`US liquid pint`, `imperial gallon`, `troy ounce`."""
    short = unit.replace("_", " ").replace("apothecary ", "").replace("troy ", "").removeprefix("dry ")
    short = short.removeprefix("survey ")
    return f"{FAMILY[system]} {short}" if system in FAMILY else short


def systems_table() -> list[dict[str, Any]]:
    return [{"system": name, "units": len(units)} for name, units in sorted(SYSTEMS.items())]


def customary_table() -> list[dict[str, Any]]:
    rows = []
    for system, units in SYSTEMS.items():
        base, spoken = BASE[system.split()[-1]]
        for unit in units:
            size = float(_registry().Quantity(1, unit).to(base).magnitude)
            rows.append({"unit": _spoken(system, unit), "system": system, "size": size, "metric_unit": spoken})
    return rows


def customary_to_metric(value: float, unit: str) -> dict[str, Any]:
    for row in customary_table():
        if row["unit"] == unit.strip():
            return {"converted": value * row["size"], "metric_unit": row["metric_unit"]}
    raise ToolError("not_found", f"no customary unit {unit} in the table; customary_units lists those of a system")
