"""Published amino-acid scales as Biopython prints them. Only those that agree with the values of a second source.

Left out for disagreeing with it: Abraham-Leo, Aboderin, Bull-Breese, Cowan at pH 7.5, Eisenberg, Emini, Janin,
Miyazawa, Roseman, Tanford and Wilson.
"""

from __future__ import annotations

import functools
from typing import Any

NAMES = {
    "A": "alanine", "C": "cysteine", "D": "aspartic acid", "E": "glutamic acid", "F": "phenylalanine", "G": "glycine",
    "H": "histidine", "I": "isoleucine", "K": "lysine", "L": "leucine", "M": "methionine", "N": "asparagine",
    "P": "proline", "Q": "glutamine", "R": "arginine", "S": "serine", "T": "threonine", "V": "valine",
    "W": "tryptophan", "Y": "tyrosine",
}  # fmt: skip
SCALES = {
    "Argos": ("ag", "hydrophobicity scale", 1982),
    "Black-Mould": ("bm", "hydrophobicity scale", 1991),
    "Casari-Sippl": ("cs", "hydrophobic potential", 1992),
    "Cid": ("ci", "hydrophobicity scale", 1992),
    "Cowan-Whittaker": ("cw", "hydrophobicity scale at pH 3.4", 1990),
    "Engelman-Steitz-Goldman": ("eg", "transfer free energy scale", 1986),
    "Fasman": ("fs", "hydrophobicity index", 1989),
    "Fauchere-Pliska": ("fc", "hydrophobicity scale", 1983),
    "Guy": ("gy", "transfer free energy scale", 1985),
    "Hopp-Woods": ("hw", "hydrophilicity scale", 1981),
    "Jones": ("jo", "hydrophobicity scale", 1975),
    "Juretic": ("ju", "hydrophobicity scale", 1998),
    "Kidera": ("ki", "hydrophobicity factor", 1985),
    "Kyte-Doolittle": ("kd", "hydropathy scale", 1982),
    "Parker": ("pa", "hydrophilicity scale", 1986),
    "Ponnuswamy": ("po", "hydrophobicity scale", 1993),
    "Rose": ("ro", "buried surface scale", 1985),
    "Sweet-Eisenberg": ("sw", "hydrophobicity scale", 1983),
    "Vihinen": ("Flex", "flexibility scale", 1994),
    "Zimmerman": ("zi", "hydrophobicity scale", 1968),
}
HIGH = {
    "transfer free energy scale": "hydrophilic", "hydrophobicity index": "hydrophilic",
    "hydrophobicity factor": "hydrophilic", "hydrophilicity scale": "hydrophilic", "flexibility scale": "flexible",
}  # fmt: skip
"""What a high value means where it is not `hydrophobic`."""


@functools.cache
def _values(scale: str) -> dict[str, float]:
    from Bio.SeqUtils import ProtParamData

    found = getattr(ProtParamData, SCALES[scale][0])
    return dict(found[3.4] if scale == "Cowan-Whittaker" else found)


def _spoken(scale: str) -> str:
    _, kind, year = SCALES[scale]
    return f"{scale} {kind} ({year})"


def scales_table() -> list[dict[str, Any]]:
    rows = []
    for scale, (_, kind, year) in SCALES.items():
        values = _values(scale)
        top, low = max(values.values()), min(values.values())
        highest = [NAMES[letter] for letter in NAMES if values[letter] == top]
        lowest = [NAMES[letter] for letter in NAMES if values[letter] == low]
        rows.append(
            {
                "scale": scale,
                "spoken": _spoken(scale),
                "measures": HIGH.get(kind, "hydrophobic"),
                "year": year,
                "highest": highest[0] if len(highest) == 1 else None,
                "lowest": lowest[0] if len(lowest) == 1 else None,
                "highest_value": top,
                "lowest_value": low,
            }
        )
    return rows


def values_table() -> list[dict[str, Any]]:
    return [
        {
            "scale": scale,
            "amino_acid": NAMES[letter],
            "value": float(value),
            "rank": 1 + sum(other > value for other in _values(scale).values()),
        }
        for scale in SCALES
        for letter, value in sorted(_values(scale).items())
    ]


def _scale(name: str) -> dict[str, float]:
    for scale in SCALES:
        if name in (scale, _spoken(scale)):
            return _values(scale)
    raise LookupError(f"no scale {name!r}; known: {', '.join(SCALES)}")


def mean_residue_scale(sequence: str, scale: str) -> dict[str, Any]:
    values = _scale(scale)
    total = sum(values[letter] for letter in sequence)
    return {"mean": total / len(sequence), "total": total}


def top_scale_window(sequence: str, scale: str, window: int) -> dict[str, Any]:
    values = _scale(scale)
    if window > len(sequence):
        raise ValueError(f"a window of {window} residues does not fit a sequence of {len(sequence)}")
    sums = {
        start: round(sum(values[letter] for letter in sequence[start : start + window]), 9)
        for start in range(len(sequence) - window + 1)
    }
    best = max(sums.values())
    starts = [start for start, value in sums.items() if value == best]
    if len(starts) > 1:
        return {"segment": None, "start": None, "end": None, "mean": best / window}
    start = starts[0]
    return {
        "segment": sequence[start : start + window],
        "start": start + 1,
        "end": start + window,
        "mean": best / window,
    }
