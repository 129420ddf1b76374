"""Restriction enzymes of REBASE as Biopython ships them: tables of enzymes, and digestion of a sequence.

Biopython's optimal and inactivation temperatures are placeholders (37 and 65 for every enzyme) and are left out.
"""

from __future__ import annotations

import functools
import itertools
import re
from typing import Any

SUPPLIERS = {
    "B": "Thermo Fisher Scientific", "I": "SibEnzyme", "J": "Nippon Gene", "K": "Takara Bio",
    "M": "Roche Applied Science", "N": "New England Biolabs", "O": "Toyobo", "Q": "CHIMERx", "R": "Promega",
    "S": "Sigma", "V": "Vivantis", "X": "EURx", "Y": "SinaClon", "C": "Minotech", "E": "Agilent Technologies",
}  # fmt: skip
"""REBASE's one-letter supplier codes with the names that people use."""


def enzymes_table() -> list[dict[str, Any]]:
    from Bio.Restriction.Restriction_Dictionary import rest_dict

    rows = []
    for name, data in sorted(rest_dict.items()):
        if not data["suppl"] or data["scd5"] is not None or not isinstance(data["ovhg"], int):
            continue
        size = data["ovhg"]
        sequence = data["ovhgseq"] if size and re.fullmatch("[ACGT]+", data["ovhgseq"] or "") else None
        rows.append(
            {
                "enzyme": name.replace("_", "-"),
                "site": data["site"],
                "site_length": len(data["site"].strip("N")),
                "end_type": "blunt" if size == 0 else "5' overhang" if size < 0 else "3' overhang",
                "overhang_sequence": sequence,
                "overhang_length": abs(size),
                "spacing": round(data["freq"]),
                "suppliers": sorted(SUPPLIERS[code] for code in data["suppl"]),
                "supplier_count": len(data["suppl"]),
                "cut": f"{data['fst5']}/{data['fst3']}",
                "palindromic": _reverse_complement(data["site"]) == data["site"],
                "plain_site": re.fullmatch("[ACGT]+", data["site"]) is not None,
            }
        )
    for row in rows:
        same = [o for o in rows if (o["site"], o["cut"]) == (row["site"], row["cut"]) and o is not row]
        counts = sorted((o["supplier_count"] for o in same), reverse=True)
        row["isoschizomer_count"] = len(same)
        row["clear_alternative"] = len(same) >= 2 and counts[0] > counts[1]
    return rows


def sold_table() -> list[dict[str, Any]]:
    return [{"supplier": supplier, "enzyme": row["enzyme"]} for row in enzymes_table() for supplier in row["suppliers"]]


def related_table() -> list[dict[str, Any]]:
    """Pairs of commercial enzymes with one recognition site; `same_cut` tells isoschizomers from neoschizomers."""
    rows = enzymes_table()
    return [
        {"enzyme": a["enzyme"], "other": b["enzyme"], "same_cut": a["cut"] == b["cut"]}
        for a in rows
        for b in rows
        if a["site"] == b["site"] and a["enzyme"] != b["enzyme"]
    ]


def _reverse_complement(site: str) -> str:
    return site.translate(str.maketrans("ACGTRYKMBVDHSWN", "TGCAYRMKVBHDSWN"))[::-1]


@functools.cache
def _enzyme(name: str) -> Any:
    import Bio.Restriction

    found = getattr(Bio.Restriction, name.replace("-", "_"), None)
    if found is None or not hasattr(found, "site"):
        raise LookupError(f"REBASE lists no restriction enzyme {name!r}; names are spelled like EcoRI")
    return found


def digest_dna(dna: str, enzyme: str, topology: str) -> dict[str, Any]:
    from Bio.Seq import Seq

    cuts = sorted({p - 1 for p in _enzyme(enzyme).search(Seq(dna), linear=topology == "linear")})
    if topology == "linear":
        edges = [0, *cuts, len(dna)]
        lengths = [b - a for a, b in itertools.pairwise(edges)]
    else:
        turns = zip(cuts, [*cuts[1:], *(c + len(dna) for c in cuts[:1])], strict=True)
        lengths = [b - a for a, b in turns] or [len(dna)]
    lengths.sort(reverse=True)
    return {
        "cuts": len(cuts),
        "fragment_lengths": lengths,
        "longest_fragment": lengths[0],
        "shortest_fragment": lengths[-1],
    }
