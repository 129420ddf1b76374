"""Binding of ligands and inhibitors."""

from __future__ import annotations

import math
from typing import Any


def inhibition_constant(ic50: float, competitor: float, constant: float) -> dict[str, Any]:
    """Cheng and Prusoff (1973), Biochem. Pharmacol. 22:3099: Ki = IC50 / (1 + [S] / Km)."""
    if ic50 <= 0 or constant <= 0:
        raise ValueError("the IC50 and the constant must exceed 0")
    ki = ic50 / (1 + competitor / constant)
    return {"ki": ki, "pki": 9 - math.log10(ki)}


def fraction_bound(receptor: float, ligand: float, kd: float) -> dict[str, Any]:
    """Exact solution of the binding equilibrium; all in nmol/L."""
    if receptor <= 0 or ligand <= 0 or kd <= 0:
        raise ValueError("receptor, ligand and dissociation constant must exceed 0")
    both = receptor + ligand + kd
    bound = 2 * receptor * ligand / (both + math.sqrt(both * both - 4 * receptor * ligand))
    return {"bound_percent": 100 * bound / receptor, "complex": bound, "free_ligand": ligand - bound}
