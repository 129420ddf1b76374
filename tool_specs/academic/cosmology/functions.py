"""Redshifts, hydrogen lines and distances in flat Lambda-CDM, with the standard library."""

from __future__ import annotations

import functools
import math
from typing import Any

from builder.errors import ToolError

HUBBLE = 67.66
"""km/s/Mpc; Planck Collaboration VI (2018), Table 2, TT,TE,EE+lowE+lensing+BAO."""
MATTER = 0.3111
RADIATION = 9.182e-5
"""Photons of 2.7255 K and three light neutrinos (N_eff 3.046) at that Hubble constant."""
LIGHT = 299792.458
"""km/s, exact."""
MEGAPARSEC = 3.0856775814913673e19
"""km, from the IAU's definition of the au."""
GIGAYEAR = 3.15576e16
"""s: Julian years."""
RYDBERG = 10967758.340280352
"""1/m for hydrogen: the CODATA 2018 Rydberg constant times the reduced mass of the electron."""
PLANCK_TIMES_LIGHT = 1239.8419843320026
"""h c in eV nm, exact in the SI of 2019."""
STEPS = 2000


def _expansion(z: float) -> float:
    """H(z) / H0."""
    return math.sqrt(MATTER * (1 + z) ** 3 + RADIATION * (1 + z) ** 4 + 1 - MATTER - RADIATION)


def _simpson(function: Any, low: float, high: float) -> float:
    width = (high - low) / STEPS
    inner = sum((4 if i % 2 else 2) * function(low + i * width) for i in range(1, STEPS))
    return float((function(low) + inner + function(high)) * width / 3)


@functools.lru_cache(4096)
def cosmological_distance(redshift: float) -> dict[str, Any]:
    """Hogg (1999), equations 15, 16, 18, 21 and 30; in x = ln(1 + z), which is smooth at high redshift."""
    if not 0 < redshift <= 1100:
        raise ToolError("out_of_range", "the redshift must be above 0 and at most 1100", given=redshift)
    top = math.log1p(redshift)
    comoving = LIGHT / HUBBLE * _simpson(lambda x: math.exp(x) / _expansion(math.expm1(x)), 0, top)
    age_unit = MEGAPARSEC / HUBBLE / GIGAYEAR
    lookback = age_unit * _simpson(lambda x: 1 / _expansion(math.expm1(x)), 0, top)
    return {
        "comoving_distance": comoving,
        "luminosity_distance": comoving * (1 + redshift),
        "angular_scale": comoving / (1 + redshift) * 1000 * math.pi / 648000,
        "lookback_time": lookback,
    }


def redshift_of_line(observed: float, rest: float) -> dict[str, Any]:
    """z = observed / rest - 1, with the relativistic velocity of a pure Doppler shift."""
    if observed <= 0 or rest <= 0:
        raise ValueError("wavelengths must be above zero")
    ratio = observed / rest
    return {"redshift": ratio - 1, "velocity": LIGHT * (ratio**2 - 1) / (ratio**2 + 1)}


def hydrogen_line(lower: int, upper: int) -> dict[str, Any]:
    """Rydberg formula with the reduced mass: gross structure, vacuum."""
    if upper <= lower:
        raise ToolError("invalid_value", "the upper level must lie above the lower", lower=lower, upper=upper)
    wavelength = 1e9 / (RYDBERG * (1 / lower**2 - 1 / upper**2))
    return {"wavelength": wavelength, "energy": PLANCK_TIMES_LIGHT / wavelength}


def absolute_magnitude(magnitude: float, luminosity_distance: float, extinction: float = 0.0) -> dict[str, Any]:
    """M = m - A - 5 log10(d / 10 pc)."""
    if luminosity_distance <= 0:
        raise ValueError("the distance must be above zero")
    modulus = 5 * math.log10(luminosity_distance) + 25
    return {"absolute_magnitude": magnitude - extinction - modulus, "distance_modulus": modulus}
