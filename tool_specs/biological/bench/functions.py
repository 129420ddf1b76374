"""Arithmetic of the molecular biology bench. Each function names its rule."""

from __future__ import annotations

import math
from typing import Any

FACTORS = {"double-stranded DNA": 50.0, "single-stranded DNA": 33.0, "RNA": 40.0}
"""µg/mL per absorbance unit at 260 nm and 1 cm (Sambrook and Russell 2001)."""
AVOGADRO = 6.02214076e23


def nucleic_acid_concentration(absorbance: float, molecule: str, dilution_factor: float) -> dict[str, Any]:
    return {"concentration": absorbance * FACTORS[molecule] * dilution_factor}


def protein_concentration(absorbance: float, extinction: int, molecular_mass: float) -> dict[str, Any]:
    """Lambert-Beer at 280 nm and 1 cm."""
    if extinction == 0:
        raise ValueError("the protein has no tryptophan or tyrosine: it does not absorb at 280 nm")
    molar = absorbance / extinction
    return {"micromolar": molar * 1e6, "mg_per_ml": molar * molecular_mass}


def dna_copy_number(mass_ng: float, length: int) -> dict[str, Any]:
    """660 g/mol per base pair."""
    if not length:
        raise ValueError("the length must be above 0")
    return {"copies": mass_ng * 1e-9 / (length * 660) * AVOGADRO}


def oligo_resuspension(amount_nmol: float, target_um: float) -> dict[str, Any]:
    if target_um == 0:
        raise ValueError("the wanted concentration must be above 0")
    return {"volume_ul": amount_nmol * 1000 / target_um}


def oligo_yield(amount_nmol: float, molecular_weight: float) -> dict[str, Any]:
    return {"mass_ug": amount_nmol * molecular_weight / 1000}


def ligation_insert_mass(vector_ng: float, vector_length: int, insert_length: int, ratio: float) -> dict[str, Any]:
    if not vector_length or not insert_length:
        raise ValueError("vector and insert have a length above 0")
    return {"insert_ng": vector_ng * insert_length / vector_length * ratio}


def pcr_cycles_needed(start_copies: float, target_copies: float, efficiency_percent: float) -> dict[str, Any]:
    """N = N0 * (1 + E)^cycles; whole cycles."""
    if not 0 < start_copies < target_copies:
        raise ValueError(
            f"the target ({target_copies:g}) must exceed the start ({start_copies:g}), and the start must exceed 0"
        )
    exact = math.log(target_copies / start_copies) / math.log1p(efficiency_percent / 100)
    return {"cycles": math.ceil(exact - 1e-9)}


def annealing_temperature(primer_tm: float, gc_percent: float, product_length: int) -> dict[str, Any]:
    """Rychlik et al. 1990, Nucleic Acids Res. 18:6409: 0.3 Tm(primer) + 0.7 Tm(product) - 14.9.

    Tm(product) = 81.5 + 0.41 GC% - 675/length + 16.6 log10 [K+], here with 50 mmol/L potassium.
    """
    product = 81.5 + 16.6 * math.log10(0.05) + 0.41 * gc_percent - 675 / product_length
    return {"product_tm": product, "annealing_temperature": 0.3 * primer_tm + 0.7 * product - 14.9}


def culture_growth(start_count: int, end_count: int, hours: float) -> dict[str, Any]:
    if end_count <= start_count:
        raise ValueError("the culture did not grow: the end count must exceed the start count")
    doublings = math.log2(end_count / start_count)
    return {"doublings": doublings, "doubling_time": hours / doublings}


def culture_time_needed(start_count: int, target_count: int, doubling_time: float) -> dict[str, Any]:
    if target_count <= start_count:
        raise ValueError("the target count must exceed the start count")
    hours = doubling_time * math.log2(target_count / start_count)
    return {"hours": hours, "whole_days": math.ceil(hours / 24 - 1e-9)}


def centrifuge_speed(force: float, radius: float) -> dict[str, Any]:
    """RCF = 1.118e-5 r rpm^2 with r in cm."""
    return {"speed": math.sqrt(force / (1.118e-5 * radius / 10))}


def relative_centrifugal_force(speed: float, radius: float) -> dict[str, Any]:
    return {"force": 1.118e-5 * radius / 10 * speed**2}


def colony_titre(colonies: list[int], dilution: float, plated_volume: float) -> dict[str, Any]:
    mean = sum(colonies) / len(colonies)
    if not mean:
        raise ValueError("no colonies were counted: plate a lower dilution")
    return {"titre": mean * dilution / (plated_volume / 1000), "mean_colonies": mean}


def qpcr_fold_change(
    target_treated: float,
    reference_treated: float,
    target_control: float,
    reference_control: float,
    efficiency: float = 100.0,
) -> dict[str, Any]:
    """Livak and Schmittgen (2001), Methods 25:402: (1 + E)^-ddCt, 2^-ddCt at 100%."""
    difference = (target_treated - reference_treated) - (target_control - reference_control)
    return {"delta_delta_ct": difference, "fold_change": (1 + efficiency / 100) ** -difference}


def infection_plan(cells: int, multiplicity: float, titre: float) -> dict[str, Any]:
    infected = -math.expm1(-multiplicity)
    return {
        "volume": 1000 * cells * multiplicity / titre,
        "infected_percent": 100 * infected,
        "single_percent": 100 * multiplicity * math.exp(-multiplicity) / infected,
    }


def qpcr_standard_curve(copies: list[float], cycles: list[float]) -> dict[str, Any]:
    """Least squares of Ct on log10 copies; efficiency 10^(-1/slope) - 1 (Bustin et al. 2009, Clin Chem 55:611)."""
    if len(copies) != len(cycles):
        raise ValueError(f"{len(copies)} dilutions and {len(cycles)} Ct values were given")
    if min(copies) <= 0 or len(set(copies)) < 3:
        raise ValueError("a standard curve needs at least three different dilutions above zero")
    logs = [math.log10(value) for value in copies]
    x, y = math.fsum(logs) / len(logs), math.fsum(cycles) / len(cycles)
    covariance = math.fsum((a - x) * (b - y) for a, b in zip(logs, cycles, strict=True))
    spread, noise = math.fsum((a - x) ** 2 for a in logs), math.fsum((b - y) ** 2 for b in cycles)
    slope = covariance / spread
    if slope >= -1:
        raise ValueError("Ct must fall clearly as copies rise; check the order of the values")
    return {
        "slope": slope,
        "efficiency": 100 * (10 ** (-1 / slope) - 1),
        "r_squared": covariance**2 / (spread * noise),
    }
