"""Tables of the chemical elements and their natural isotopes, from molmass and periodictable."""

from __future__ import annotations

from typing import Any

LAST = 103
"""Heaviest element listed: beyond it the packages hold estimates."""
NO_MELTING = {"He", "C", "P", "As"}
"""No melting point at normal pressure, or several allotropes."""
MELTING = {
    "H": 13.99, "B": 2348.0, "O": 54.36, "Si": 1687.0, "S": 388.36, "Cl": 171.65, "Ca": 1115.0, "Ti": 1941.0,
    "V": 2183.0, "Cr": 2180.0, "Fe": 1811.0, "Sr": 1050.0, "Nb": 2750.0, "Tc": 2430.0, "Nd": 1289.0, "Th": 2023.0,
}  # fmt: skip
"""Kelvin, as handbooks print them today, where molmass has an older value (chromium 2130, vanadium 2163, iron 1808)."""
IONIZATION = {"Tc": 7.1194, "Ac": 5.3802, "Es": None, "Lr": 4.96}
"""Electronvolts of the NIST Atomic Spectra Database where molmass has estimates; of einsteinium it has had several."""
NO_GROUP = {"La", "Lu", "Ac", "Lr"}
"""Whether group 3 holds these is disputed."""
DUBIOUS_DENSITY = {"C", "P", "S", "Se", "Sn", "As", "Sr", "Ba"}
"""The allotrope matters; of strontium and barium the value is 2 to 3% below what the lattice constant gives."""
RADIOACTIVE = {43, 61}


def _elements() -> list[Any]:
    from molmass import ELEMENTS

    return [element for element in ELEMENTS if element.number <= LAST]


def _solid_density(symbol: str, number: int) -> float | None:
    import periodictable

    element = getattr(periodictable, symbol)
    caveat = element.density_caveat
    gas = symbol in "H He N O F Ne Cl Ar Kr Xe Rn".split()
    rough = "calculated" in caveat or "estimated" in caveat
    if element.density is None or gas or rough or symbol in DUBIOUS_DENSITY or number > 95:
        return None
    return float(element.density)


def elements_table() -> list[dict[str, Any]]:
    import periodictable

    rows = []
    for element in _elements():
        lanthanoid = 57 <= element.number <= 71 or 89 <= element.number <= 103
        natural = element.number <= 92 and not 84 <= element.number <= 89 and element.number not in RADIOACTIVE
        covalent = getattr(periodictable, element.symbol).covalent_radius
        rows.append(
            {
                "name": element.name.lower(),
                "symbol": element.symbol,
                "atomic_number": element.number,
                "atomic_weight": float(element.mass) if natural and element.symbol != "Pa" else None,
                "group_number": None if lanthanoid or element.symbol in NO_GROUP else element.group,
                "period": element.period,
                "electron_configuration": element.eleconfig,
                "electronegativity": element.eleneg or None,
                "ionization_energy": IONIZATION.get(
                    element.symbol, element.ionenergy[0] if element.ionenergy else None
                ),
                "melting_point": None
                if element.symbol in NO_MELTING or element.number > 92 or element.number in (85, 87)
                else MELTING.get(element.symbol, float(element.tmelt)),
                "density": _solid_density(element.symbol, element.number),
                "covalent_radius": round(covalent * 100, 1) if covalent else None,
                "natural": natural and element.symbol != "Pa",
            }
        )
    return rows


def groups_table() -> list[dict[str, Any]]:
    numbers = sorted({row["group_number"] for row in elements_table() if row["group_number"]})
    return [{"number": number, "label": f"group {number}"} for number in numbers]


def isotopes_table() -> list[dict[str, Any]]:
    rows = []
    for element in _elements():
        for number, isotope in sorted(element.isotopes.items()):
            if isotope.abundance > 0 and element.number <= 92 and element.number not in RADIOACTIVE:
                if 84 <= element.number <= 89 or element.symbol == "Pa":
                    continue
                rows.append(
                    {
                        "isotope": f"{element.name.lower()}-{number}",
                        "code": f"{element.symbol}-{number}",
                        "element": element.name.lower(),
                        "mass_number": number,
                        "neutrons": number - element.number,
                        "atomic_mass": float(isotope.mass),
                        "abundance": round(isotope.abundance * 100, 6),
                    }
                )
    return rows
