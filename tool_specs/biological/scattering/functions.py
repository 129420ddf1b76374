"""Neutron contrast of proteins, from the residue table of periodictable (Perkins 1988)."""

from __future__ import annotations

from typing import Any


def protein_neutron_contrast(sequence: str) -> dict[str, Any]:
    from periodictable import fasta

    molecule = fasta.Sequence("protein", sequence, type="aa")
    return {
        "dry_volume": float(molecule.cell_volume),
        "sld_in_h2o": float(molecule.sld),
        "sld_in_d2o": float(molecule.Dsld),
        "match_point": float(molecule.D2Omatch),
    }
