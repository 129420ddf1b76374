"""Physical constants in SI units, as pint ships them (CODATA 2022)."""

from __future__ import annotations

from typing import Any

CONSTANTS = {
    "speed_of_light": ("speed of light in vacuum", "m/s"),
    "planck_constant": ("Planck constant", "J*s"),
    "dirac_constant": ("reduced Planck constant", "J*s"),
    "elementary_charge": ("elementary charge", "C"),
    "avogadro_constant": ("Avogadro constant", "1/mol"),
    "boltzmann_constant": ("Boltzmann constant", "J/K"),
    "molar_gas_constant": ("molar gas constant", "J/(mol*K)"),
    "faraday_constant": ("Faraday constant", "C/mol"),
    "stefan_boltzmann_constant": ("Stefan-Boltzmann constant", "W/(m**2*K**4)"),
    "newtonian_constant_of_gravitation": ("Newtonian constant of gravitation", "m**3/(kg*s**2)"),
    "rydberg_constant": ("Rydberg constant", "1/m"),
    "fine_structure_constant": ("fine-structure constant", ""),
    "atomic_mass_constant": ("atomic mass constant", "kg"),
    "electron_mass": ("electron mass", "kg"),
    "proton_mass": ("proton mass", "kg"),
    "neutron_mass": ("neutron mass", "kg"),
    "vacuum_permeability": ("vacuum magnetic permeability", "N/A**2"),
    "vacuum_permittivity": ("vacuum electric permittivity", "F/m"),
    "impedance_of_free_space": ("characteristic impedance of vacuum", "ohm"),
    "coulomb_constant": ("Coulomb constant", "N*m**2/C**2"),
    "classical_electron_radius": ("classical electron radius", "m"),
    "thomson_cross_section": ("Thomson cross-section", "m**2"),
    "conductance_quantum": ("conductance quantum", "S"),
    "magnetic_flux_quantum": ("magnetic flux quantum", "Wb"),
    "josephson_constant": ("Josephson constant", "Hz/V"),
    "von_klitzing_constant": ("von Klitzing constant", "ohm"),
    "first_radiation_constant": ("first radiation constant", "W*m**2"),
    "second_radiation_constant": ("second radiation constant", "m*K"),
    "wien_wavelength_displacement_law_constant": ("Wien wavelength displacement law constant", "m*K"),
    "standard_gravity": ("standard acceleration of gravity", "m/s**2"),
    "standard_atmosphere": ("standard atmosphere", "Pa"),
}


def constants_table() -> list[dict[str, Any]]:
    import pint

    registry = pint.UnitRegistry()
    rows = []
    for key, (name, unit) in CONSTANTS.items():
        value = float(f"{registry.Quantity(1, key).to(unit).magnitude:.10g}")
        shown = unit.replace("**", "^").replace("*", " ") or "1"
        rows.append({"name": name, "key": key, "value": value, "unit": shown})
    return sorted(rows, key=lambda row: str(row["name"]))


def light_travel_time(distance_km: float, refractive_index: float = 1.0) -> dict[str, Any]:
    """Distance times refractive index over the speed of light, 299,792.458 km/s (exact in the SI)."""
    one_way = 1000 * distance_km * refractive_index / 299792.458
    return {"one_way": one_way, "round_trip": 2 * one_way}
