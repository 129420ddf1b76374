"""Crystal structures and X-ray lines of the elements (periodictable), and diffraction arithmetic."""

from __future__ import annotations

import math
from typing import Any

from builder.errors import ToolError

AVOGADRO = 6.02214076e23
CUBIC = {
    "fcc": "face-centred cubic",
    "BCC": "body-centred cubic",
    "SC": "simple cubic",
    "Diamond": "diamond cubic",
}
ATOMS = {"face-centred cubic": 4, "body-centred cubic": 2, "simple cubic": 1, "diamond cubic": 8}
PLANCK_TIMES_LIGHT = 12.398419843320026
"""h c in keV times angstrom, exact in the SI of 2019."""
LEFT_OUT = "Ne Ar Kr Xe Li Na K Rb Cs C Po Ac".split()
"""Measured far below room temperature (noble gases, alkali metals), one allotrope of several, or too rare."""


def _positive(**values: float) -> None:
    for name, value in values.items():
        if value <= 0:
            raise ToolError("invalid_value", f"{name.replace('_', ' ')} must be above zero", given=value)


def _name(element: Any) -> str:
    return {"aluminum": "aluminium", "cesium": "caesium"}.get(element.name, str(element.name))


def cubic_table() -> list[dict[str, Any]]:
    import periodictable

    rows = []
    for element in periodictable.elements:
        structure = getattr(element, "crystal_structure", None)
        if not structure or structure["symmetry"] not in CUBIC or element.symbol in LEFT_OUT:
            continue
        lattice = CUBIC[structure["symmetry"]]
        rows.append(
            {
                "element": _name(element),
                "symbol": element.symbol,
                "lattice": lattice,
                "lattice_constant": float(structure["a"]),
                "atoms_per_cell": ATOMS[lattice],
            }
        )
    return sorted(rows, key=lambda row: str(row["element"]))


def lines_table() -> list[dict[str, Any]]:
    import periodictable

    rows = []
    for element in periodictable.elements:
        alpha, beta = getattr(element, "K_alpha", None), getattr(element, "K_beta1", None)
        if alpha and beta and 11 <= element.number <= 92:
            for line, wavelength in (("K-alpha", alpha), ("K-beta1", beta)):
                rows.append(
                    {
                        "element": _name(element),
                        "symbol": element.symbol,
                        "line": line,
                        "wavelength": float(wavelength),
                    }
                )
    return sorted(rows, key=lambda row: (str(row["element"]), str(row["line"])))


def cubic_plane_spacing(lattice_constant: float, h: int, k: int, l: int) -> dict[str, Any]:  # noqa: E741
    """d = a / sqrt(h^2 + k^2 + l^2)."""
    square = h * h + k * k + l * l
    if square == 0:
        raise ToolError("invalid_value", "h, k and l cannot all be zero")
    return {"spacing": lattice_constant / math.sqrt(square)}


def bragg_angle(wavelength: float, spacing: float, order: int) -> dict[str, Any]:
    """n lambda = 2 d sin(theta)."""
    _positive(wavelength=wavelength, spacing=spacing)
    sine = order * wavelength / (2 * spacing)
    if sine >= 1:
        raise ToolError(
            "out_of_range",
            "no reflection: the wavelength is too long for this spacing and order",
            longest_wavelength=round(2 * spacing / order, 4),
        )
    theta = math.degrees(math.asin(sine))
    return {"two_theta": 2 * theta}


def photon_energy(wavelength: float) -> dict[str, Any]:
    """E = h c / lambda."""
    _positive(wavelength=wavelength)
    return {"energy": PLANCK_TIMES_LIGHT / wavelength}


def crystal_density(lattice_constant: float, atoms_per_cell: int, atomic_weight: float) -> dict[str, Any]:
    """rho = Z M / (N_A a^3) of a cubic crystal with one kind of atom."""
    _positive(lattice_constant=lattice_constant, atomic_weight=atomic_weight)
    volume = (lattice_constant * 1e-8) ** 3
    return {"density": atoms_per_cell * atomic_weight / AVOGADRO / volume}


def beam_transmission(linear_attenuation: float, thickness: float) -> dict[str, Any]:
    """Beer-Lambert law."""
    depth = linear_attenuation * thickness / 10
    if depth > 60:
        raise ToolError("out_of_range", "the plate is opaque: less than 1e-24 percent gets through", depth=depth)
    return {"transmitted_percent": math.exp(-depth) * 100, "attenuation_db": depth * 10 / math.log(10)}


def perovskite_tolerance(radius_a: float, radius_b: float, radius_x: float) -> dict[str, Any]:
    """V. M. Goldschmidt, Naturwissenschaften 14 (1926) 477; customary limits."""
    factor = (radius_a + radius_x) / (math.sqrt(2) * (radius_b + radius_x))
    names = ((0.71, "not a perovskite"), (0.9, "orthorhombic or rhombohedral"), (1.0, "cubic"))
    structure = next((name for limit, name in names if factor < limit), "hexagonal or tetragonal")
    return {"tolerance_factor": factor, "octahedral_factor": radius_b / radius_x, "structure": structure}
