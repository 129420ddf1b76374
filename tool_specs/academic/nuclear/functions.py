"""Neutron activation data (periodictable) and the arithmetic of radioactive decay."""

from __future__ import annotations

import math
from typing import Any

from builder.errors import ToolError

AVOGADRO = 6.02214076e23
"""Exact by definition of the SI (2019)."""
GROUND = ("", "g", "t")
"""Marks of the ground state (`t`: isomer included) in the activation table."""


def _positive(**values: float) -> None:
    for name, value in values.items():
        if value <= 0:
            raise ToolError("invalid_value", f"{name.replace('_', ' ')} must be above zero", given=value)


def _name(code: str) -> str | None:
    import periodictable

    symbol, _, number = code.partition("-")
    number = number.rstrip("t")
    if not number.isdigit():
        return None
    element = getattr(periodictable, symbol, None)
    names = {"aluminum": "aluminium", "cesium": "caesium"}
    return f"{names.get(element.name, element.name)}-{number}" if element is not None else None


def _reactions() -> list[Any]:
    import periodictable

    found = []
    for element in periodictable.elements:
        for number in element.isotopes:
            found.extend(getattr(element[number], "neutron_activation", None) or ())
    return found


def radionuclides_table() -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for reaction in sorted(_reactions(), key=lambda r: (r.daughter, r.reaction)):
        name = _name(reaction.daughter)
        if name is None or reaction.isomer not in GROUND or reaction.Thalf_hrs <= 0:
            continue
        element = name.rpartition("-")[0]
        hours = float(reaction.Thalf_hrs)
        row = {"radionuclide": name, "code": reaction.daughter.rstrip("t"), "element": element, "half_life": hours}
        old = rows.setdefault(name, row)
        if abs(old["half_life"] / hours - 1) > 0.02:
            old["half_life"] = None
    kept = [row for row in rows.values() if row["half_life"] is not None]
    for row in kept:
        row["practical"] = 1 <= row["half_life"] <= 300_000
    return sorted(kept, key=lambda row: str(row["radionuclide"]))


def captures_table() -> list[dict[str, Any]]:
    known = {row["radionuclide"] for row in radionuclides_table()}
    rows: dict[str, dict[str, Any]] = {}
    twice = set()
    for reaction in _reactions():
        if reaction.reaction != "act" or reaction.fast or reaction.isomer not in GROUND:
            continue
        target, product = _name(reaction.isotope), _name(reaction.daughter)
        if target is None or product not in known or not reaction.thermalXS:
            continue
        if target in rows:
            twice.add(target)
        rows[target] = {
            "isotope": target,
            "code": reaction.isotope,
            "product": product,
            "cross_section": float(reaction.thermalXS),
        }
    return sorted((row for name, row in rows.items() if name not in twice), key=lambda row: str(row["isotope"]))


def activity_after_decay(activity: float, half_life: float, elapsed: float) -> dict[str, Any]:
    """A = A0 * 2^(-t/T)."""
    _positive(half_life=half_life)
    fraction = 2 ** (-elapsed / half_life)
    return {"activity": activity * fraction, "remaining_percent": fraction * 100}


def decay_time(half_life: float, remaining_percent: float) -> dict[str, Any]:
    """t = T * log2(100 / p)."""
    _positive(half_life=half_life)
    hours = half_life * math.log2(100 / remaining_percent)
    return {"elapsed": hours, "whole_days": math.ceil(hours / 24 - 1e-9)}


def induced_activity(
    mass: float,
    atomic_weight: float,
    abundance: float,
    cross_section: float,
    half_life: float,
    flux: float,
    irradiation: float,
) -> dict[str, Any]:
    """A = N sigma phi (1 - 2^(-t/T)): thin target, thermal flux, no burn-up."""
    _positive(atomic_weight=atomic_weight, half_life=half_life)
    atoms = mass / 1000 / atomic_weight * AVOGADRO * abundance / 100
    saturation = 1 - 2 ** (-irradiation / half_life)
    becquerel = atoms * cross_section * 1e-24 * flux * saturation
    if becquerel / 1e6 < 1e-4:
        raise ToolError("out_of_range", "the activity is below 100 Bq: take more mass, flux or time")
    return {"activity": becquerel / 1e6, "saturation_percent": saturation * 100}


def binding_energy(protons: int, mass_number: int, atomic_mass: float) -> dict[str, Any]:
    """Mass defect against hydrogen atoms and neutrons (AME 2020); negative for what would not hold together."""
    import periodictable

    if mass_number < protons:
        raise ValueError("the mass number is smaller than the number of protons")
    hydrogen, neutron = periodictable.H[1].mass, periodictable.n.mass
    defect = protons * hydrogen + (mass_number - protons) * neutron - atomic_mass
    energy = defect * 931.49410242
    return {"binding_energy": energy, "per_nucleon": energy / mass_number}
