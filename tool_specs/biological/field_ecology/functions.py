"""Field ecology, population growth and temperature dependence."""

from __future__ import annotations

import math
from typing import Any


def mark_recapture(marked: int, caught: int, recaptured: int) -> dict[str, Any]:
    """Chapman (1951); variance of Seber (1970)."""
    if recaptured > min(marked, caught):
        raise ValueError(f"{recaptured} recaptures do not fit {marked} marked and {caught} caught animals")
    if recaptured < 1:
        raise ValueError("without a recapture the population cannot be estimated")
    m, c, r = marked + 1, caught + 1, recaptured + 1
    estimate = m * c / r - 1
    error = math.sqrt(m * c * (marked - recaptured) * (caught - recaptured) / (r * r * (r + 1)))
    return {
        "estimate": estimate,
        "standard_error": error,
        "lower": max(estimate - 1.96 * error, float(marked + caught - recaptured)),
        "upper": estimate + 1.96 * error,
    }


def estimated_richness(counts: list[int]) -> dict[str, Any]:
    """Chao (1984), bias-corrected: S + f1 (f1 - 1) / (2 (f2 + 1))."""
    found = sum(count > 0 for count in counts)
    if not found:
        raise ValueError("no individuals were counted")
    singles, doubles = counts.count(1), counts.count(2)
    estimate = found + singles * (singles - 1) / (2 * (doubles + 1))
    return {
        "found": found,
        "singletons": singles,
        "doubletons": doubles,
        "estimate": estimate,
        "completeness_percent": 100 * found / estimate,
    }


def community_dissimilarity(site_a: list[int], site_b: list[int]) -> dict[str, Any]:
    """Bray and Curtis (1957); Jaccard (1912)."""
    if len(site_a) != len(site_b):
        raise ValueError(f"both sites need one count per species; these have {len(site_a)} and {len(site_b)}")
    if not sum(site_a) or not sum(site_b):
        raise ValueError("a site without individuals has no dissimilarity")
    pairs = list(zip(site_a, site_b, strict=True))
    shared = sum(a > 0 and b > 0 for a, b in pairs)
    present = sum(a > 0 or b > 0 for a, b in pairs)
    return {
        "bray_curtis": sum(abs(a - b) for a, b in pairs) / sum(a + b for a, b in pairs),
        "jaccard": 1 - shared / present,
        "shared_species": shared,
    }


def logistic_growth(start_size: int, carrying_capacity: int, growth_rate: float, years: float) -> dict[str, Any]:
    """Verhulst (1838): N(t) = K / (1 + (K - N0) / N0 e^-rt)."""
    if start_size < 1 or carrying_capacity < 1:
        raise ValueError("the start and the carrying capacity must be at least 1")
    size = carrying_capacity / (1 + (carrying_capacity - start_size) / start_size * math.exp(-growth_rate * years))
    return {"size": size, "percent_of_capacity": 100 * size / carrying_capacity}


def temperature_coefficient(
    rate_a: float, temperature_a: float, rate_b: float, temperature_b: float, target_temperature: float
) -> dict[str, Any]:
    """Q10 = (Rb / Ra)^(10 / (Tb - Ta))."""
    if temperature_a == temperature_b:
        raise ValueError("the two rates must be measured at different temperatures")
    q10 = (rate_b / rate_a) ** (10 / (temperature_b - temperature_a))
    return {"q10": q10, "predicted_rate": rate_a * q10 ** ((target_temperature - temperature_a) / 10)}


def species_after_habitat_loss(
    species: float, area_before: float, area_after: float, exponent: float = 0.25
) -> dict[str, Any]:
    """O. Arrhenius, Journal of Ecology 9 (1921) 95: S2 = S1 (A2 / A1)^z."""
    if not 0 < area_after < area_before:
        raise ValueError("the area that is left must be above zero and smaller than the area before")
    kept = (area_after / area_before) ** exponent
    return {"species_left": species * kept, "lost_percent": 100 * (1 - kept)}
