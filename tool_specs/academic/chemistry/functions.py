"""Molar masses (molmass) and the arithmetic of the bench."""

from __future__ import annotations

import functools
import math
from fractions import Fraction
from typing import Any

from builder.errors import ToolError

GAS_CONSTANT = 8.31446261815324
"""J/(mol K), exact in the SI of 2019."""


def _positive(**values: float) -> None:
    for name, value in values.items():
        if value <= 0:
            raise ToolError("invalid_value", f"{name.replace('_', ' ')} must be above zero", given=value)


@functools.lru_cache(4096)
def _formula(text: str) -> Any:
    from molmass import Formula, FormulaError

    try:
        formula = Formula(text.replace("·", "."))
        formula.mass  # noqa: B018
    except FormulaError as error:
        reason = str(error).splitlines()[0]
        raise ToolError("invalid_value", f"{text!r} is no chemical formula: {reason}", example="Na2CO3") from error
    return formula


def formula_mass(formula: str) -> dict[str, Any]:
    parsed = _formula(formula)
    return {
        "molar_mass": float(parsed.mass),
        "monoisotopic_mass": float(parsed.monoisotopic_mass),
        "atoms": int(parsed.atoms),
        "hill_formula": str(parsed.formula),
    }


def element_mass_fraction(formula: str, element: str) -> dict[str, Any]:
    from molmass import ELEMENTS

    key = element.capitalize() if len(element) > 2 else element
    names = {item.name: item.symbol for item in ELEMENTS}
    symbol = names.get(key, key)
    if symbol not in ELEMENTS:
        raise LookupError(f"no element {element!r}; give a name (sulfur) or symbol (S)")
    parts = _formula(formula).composition()
    if symbol not in parts:
        return {"mass_percent": 0.0, "atoms": 0}
    item = parts[symbol]
    return {"mass_percent": item.fraction * 100, "atoms": int(item.count)}


def amount_of_substance(mass: float, molar_mass: float) -> dict[str, Any]:
    _positive(molar_mass=molar_mass)
    return {"amount": mass / molar_mass}


def gas_volume(amount: float, temperature: float, pressure: float) -> dict[str, Any]:
    """V = n R T / p."""
    _positive(pressure=pressure)
    if temperature <= -273.15:
        raise ValueError("the temperature is at or below absolute zero")
    return {"volume": amount * GAS_CONSTANT * (temperature + 273.15) / pressure}


def combustion_ratio(formula: str) -> dict[str, Any]:
    """CxHyOz + (x + y/4 - z/2) O2 -> x CO2 + y/2 H2O."""
    counts = {str(symbol): int(item.count) for symbol, item in _formula(formula).composition().items()}
    if not {"C", "H"} <= set(counts) <= {"C", "H", "O"}:
        raise ToolError(
            "not_supported", "only compounds of carbon and hydrogen, with or without oxygen", example="C2H6O"
        )
    carbon, hydrogen, oxygen = counts["C"], counts["H"], counts.get("O", 0)
    needed = carbon + hydrogen / 4 - oxygen / 2
    if needed <= 0:
        raise ToolError("invalid_value", f"{formula} holds too much oxygen to burn")
    return {"oxygen": needed, "carbon_dioxide": float(carbon), "water": hydrogen / 2}


def mass_of_amount(amount: float, molar_mass: float) -> dict[str, Any]:
    return {"mass": amount * molar_mass}


def balance_equation(reactants: list[str], products: list[str]) -> dict[str, Any]:
    """Smallest whole coefficients: the null space of the element matrix, in exact fractions."""
    species = reactants + products
    if len(set(species)) != len(species):
        raise ValueError("each substance may stand only once, on one side")
    counts = [{str(k): int(v.count) for k, v in _formula(text).composition().items()} for text in species]
    elements = sorted({symbol for count in counts for symbol in count})
    sign = [1] * len(reactants) + [-1] * len(products)
    matrix = [[Fraction(sign[j] * counts[j].get(element, 0)) for j in range(len(species))] for element in elements]
    solution = _null_vector(matrix, len(species))
    scale = math.lcm(*(value.denominator for value in solution))
    whole = [int(value * scale) for value in solution]
    common = math.gcd(*whole)
    whole = [value // common for value in whole]
    left, right = whole[: len(reactants)], whole[len(reactants) :]

    def side(names: list[str], numbers: list[int]) -> str:
        return " + ".join(f"{n} {name}" if n > 1 else name for name, n in zip(names, numbers, strict=True))

    return {
        "reactant_coefficients": left,
        "product_coefficients": right,
        "equation": f"{side(reactants, left)} -> {side(products, right)}",
    }


def _null_vector(matrix: list[list[Fraction]], width: int) -> list[Fraction]:
    rows = [row[:] for row in matrix]
    pivots: list[int] = []
    top = 0
    for column in range(width):
        pivot = next((i for i in range(top, len(rows)) if rows[i][column] != 0), None)
        if pivot is None:
            continue
        rows[top], rows[pivot] = rows[pivot], rows[top]
        lead = rows[top][column]
        rows[top] = [value / lead for value in rows[top]]
        for i in range(len(rows)):
            if i != top and rows[i][column] != 0:
                factor = rows[i][column]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[top], strict=True)]
        pivots.append(column)
        top += 1
    free = [column for column in range(width) if column not in pivots]
    if len(free) != 1:
        raise ToolError(
            "invalid_value",
            "these substances cannot be balanced" if not free else "these substances balance in more than one way",
        )
    vector = [Fraction(0)] * width
    vector[free[0]] = Fraction(1)
    for row, column in enumerate(pivots):
        vector[column] = -rows[row][free[0]]
    if any(value <= 0 for value in vector):
        raise ToolError("invalid_value", "no balance with all coefficients positive: a substance is on the wrong side")
    return vector
