"""Thermal neutron scattering of elements and compounds (periodictable)."""

from __future__ import annotations

import functools
from typing import Any

from builder.errors import ToolError

RESPELT = {"aluminum": "aluminium", "cesium": "caesium"}
RESONANT = {"Sm", "Eu", "Gd"}
"""Near a resonance the length hangs on the wavelength: evaluations give samarium 0 or 0.8, gadolinium 6.5 or 9.5 fm."""
WAVELENGTH = 1.798
"""Angstrom: 2200 m/s, to which absorption cross-sections refer."""


def scattering_table() -> list[dict[str, Any]]:
    import periodictable

    rows = []
    for element in periodictable.elements:
        neutron = element.neutron
        if element.number == 0 or not neutron.has_sld() or neutron.b_c is None or element.number > 92:
            continue
        if element.symbol in RESONANT:
            continue
        rows.append(
            {
                "element": RESPELT.get(element.name, element.name),
                "symbol": element.symbol,
                "scattering_length": float(neutron.b_c),
                "coherent": float(neutron.coherent),
                "incoherent": float(neutron.incoherent),
                "absorption": float(neutron.absorption),
            }
        )
    return rows


@functools.lru_cache(4096)
def _sld(formula: str, density: float) -> tuple[float, float]:
    """Real scattering length density (1e-6 per square angstrom) and 1/e penetration depth (cm) at 1.798 angstrom."""
    import periodictable

    try:
        parsed = periodictable.formula(formula.replace("·", "."), density=density)
    except Exception as error:
        raise ToolError("invalid_value", f"{formula!r} is no chemical formula", example="D2O") from error
    if not parsed.atoms:
        raise ToolError("invalid_value", "the formula is empty", example="D2O")
    sld, _, depth = periodictable.neutron_scattering(parsed, wavelength=WAVELENGTH)
    if sld is None:
        raise ToolError("not_found", f"an element of {formula} has no tabulated scattering length")
    return float(sld[0]), float(depth)


def scattering_length_density(formula: str, density: float) -> dict[str, Any]:
    if density <= 0:
        raise ToolError("invalid_value", "the density must be above zero", given=density)
    value, depth = _sld(formula, density)
    return {"scattering_length_density": value, "penetration_depth": depth}


def contrast_match(scattering_length_density: float) -> dict[str, Any]:
    """Share of D2O at which a mixture with H2O has the same density of scattering length (ideal mixing by volume)."""
    light, heavy = _sld("H2O", 0.9971)[0], _sld("D2O", 1.1044)[0]
    percent = (scattering_length_density - light) / (heavy - light) * 100
    if not 0 <= percent <= 100:
        raise ToolError(
            "out_of_range",
            f"no mixture of H2O ({light:.3f}) and D2O ({heavy:.3f}) matches this scattering length density",
            given=scattering_length_density,
        )
    return {"heavy_water_percent": percent}
