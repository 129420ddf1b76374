"""Laboratory reagents, biological buffers, and the arithmetic of solutions."""

from __future__ import annotations

from typing import Any

REAGENTS = {
    "Tris base": "C4H11NO3", "sodium chloride": "NaCl", "potassium chloride": "KCl", "lithium chloride": "LiCl",
    "cesium chloride": "CsCl", "magnesium chloride hexahydrate": "MgCl2H12O6",
    "calcium chloride dihydrate": "CaCl2H4O2", "zinc chloride": "ZnCl2",
    "manganese(II) chloride tetrahydrate": "MnCl2H8O4", "magnesium sulfate heptahydrate": "MgSO11H14",
    "copper(II) sulfate pentahydrate": "CuSO9H10", "nickel(II) sulfate hexahydrate": "NiSO10H12",
    "ammonium sulfate": "N2H8SO4", "ammonium acetate": "C2H7NO2", "sodium acetate": "C2H3NaO2",
    "sodium acetate trihydrate": "C2H9NaO5", "potassium acetate": "C2H3KO2", "sodium bicarbonate": "NaHCO3",
    "disodium hydrogen phosphate": "Na2HPO4", "sodium dihydrogen phosphate monohydrate": "NaH4PO5",
    "potassium dihydrogen phosphate": "KH2PO4", "dipotassium hydrogen phosphate": "K2HPO4",
    "trisodium citrate dihydrate": "C6H9Na3O9", "citric acid monohydrate": "C6H10O8", "boric acid": "H3BO3",
    "sodium hydroxide": "NaOH", "sodium azide": "NaN3", "EDTA disodium salt dihydrate": "C10H18N2Na2O10",
    "EGTA": "C14H24N2O10", "HEPES": "C8H18N2O4S", "MOPS": "C7H15NO4S", "MES monohydrate": "C6H15NO5S",
    "PIPES": "C8H18N2O6S2", "Bicine": "C6H13NO4", "Tricine": "C6H13NO5", "glycine": "C2H5NO2",
    "D-glucose": "C6H12O6", "sucrose": "C12H22O11", "D-mannitol": "C6H14O6", "L-arabinose": "C5H10O5",
    "trehalose dihydrate": "C12H26O13", "urea": "CH4N2O", "guanidine hydrochloride": "CH6ClN3",
    "imidazole": "C3H4N2", "dithiothreitol (DTT)": "C4H10O2S2", "TCEP hydrochloride": "C9H16ClO6P",
    "sodium dodecyl sulfate (SDS)": "C12H25NaO4S", "IPTG": "C9H18O5S", "ampicillin sodium salt": "C16H18N3NaO4S",
    "chloramphenicol": "C11H12Cl2N2O5", "PMSF": "C7H7FO2S", "L-arginine hydrochloride": "C6H15ClN4O2",
    "L-glutamine": "C5H10N2O3", "sodium pyruvate": "C3H3NaO3", "CHAPS": "C32H58N2O7S",
}  # fmt: skip
"""Reagents as weighed (with their crystal water), with their sum formulas."""
BUFFERS = {
    "MES": (6.15, -0.011), "ADA": (6.60, -0.011), "PIPES": (6.80, -0.0085), "ACES": (6.90, -0.020),
    "BES": (7.15, -0.016), "MOPS": (7.20, -0.013), "TES": (7.50, -0.020), "HEPES": (7.55, -0.014),
    "Tricine": (8.15, -0.021), "Tris": (8.30, -0.031), "Bicine": (8.35, -0.018), "glycylglycine": (8.40, -0.028),
}  # fmt: skip
"""Working pKa at 20 °C and its change per degree: Good et al. 1966, Biochemistry 5:467 (MOPS: Good and Izawa 1972)."""


def reagents_table() -> list[dict[str, Any]]:
    from molmass import Formula

    return [
        {"reagent": name, "formula": formula, "molar_mass": round(Formula(formula).mass, 3)}
        for name, formula in sorted(REAGENTS.items())
    ]


def buffers_table() -> list[dict[str, Any]]:
    return [
        {
            "buffer": name,
            "pka": pka,
            "change": change,
            "lowest_ph": round(pka - 1, 2),
            "highest_ph": round(pka + 1, 2),
        }
        for name, (pka, change) in BUFFERS.items()
    ]


def buffer_ph_at_temperature(ph: float, change_per_degree: float, adjusted_at: float, used_at: float) -> dict[str, Any]:
    return {"ph": ph + change_per_degree * (used_at - adjusted_at)}


def mass_for_solution(molar_mass: float, concentration_mm: float, volume_ml: float) -> dict[str, Any]:
    return {"mass": molar_mass * concentration_mm / 1000 * volume_ml / 1000}


def molarity_from_mass(mass: float, molar_mass: float, volume_ml: float) -> dict[str, Any]:
    return {"concentration_mm": mass / molar_mass / volume_ml * 1e6}


def dilute_stock(stock: float, target: float, volume_ml: float) -> dict[str, Any]:
    if target >= stock:
        raise ValueError(f"the stock ({stock:g}) must be more concentrated than the target ({target:g})")
    needed = target * volume_ml / stock
    return {"stock_volume_ml": needed, "diluent_volume_ml": volume_ml - needed, "dilution_factor": stock / target}
