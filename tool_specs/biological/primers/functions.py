"""Melting temperature of primers by nearest neighbours (Allawi and SantaLucia 1997), as Biopython computes it."""

from __future__ import annotations

from typing import Any


def primer_melting_temperature(primer: str, sodium_mm: float, oligo_nm: float) -> dict[str, Any]:
    from Bio.SeqUtils import MeltingTemp

    if not 8 <= len(primer) <= 60:
        raise ValueError(f"the primer has {len(primer)} bases; nearest-neighbour values hold for 8 to 60")
    return {"melting_temperature": MeltingTemp.Tm_NN(primer, Na=sodium_mm, dnac1=oligo_nm, dnac2=0)}
