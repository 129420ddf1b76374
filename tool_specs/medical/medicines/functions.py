"""Medicines with their brands and renal dosing bands."""

from __future__ import annotations

import bz2
import functools
import json
import pickle
from importlib import resources
from typing import Any

from builder.errors import ToolError

ANATOMICAL = {
    "A": "alimentary tract and metabolism",
    "B": "blood and blood-forming organs",
    "C": "cardiovascular system",
    "D": "dermatologicals",
    "G": "genitourinary system and sex hormones",
    "H": "systemic hormonal preparations",
    "J": "anti-infectives for systemic use",
    "L": "antineoplastic and immunomodulating agents",
    "M": "musculoskeletal system",
    "N": "nervous system",
    "P": "antiparasitic products",
    "R": "respiratory system",
    "S": "sensory organs",
    "V": "various",
}
ADJUSTMENT = {
    "no_adjustment": "no adjustment",
    "dose_reduction": "lower dose",
    "interval_extension": "longer interval",
    "use_with_caution": "use with caution",
    "contraindicated": "contraindicated",
}
DOUBTFUL_ATC = ("ferric carboxymaltose", "vericiguat")
"""Their codes in the package differ from the WHO index."""
OTHERS = (
    "betamethasone codeine cortisone dexamethasone hydrocodone hydrocortisone hydromorphone methadone "
    "methylprednisolone morphine oxycodone oxymorphone prednisolone prednisone tapentadol tramadol triamcinolone"
)
"""Generic names that the provider of equivalent doses knows."""
NO_BRAND = (
    "arni",
    "isdn",
    "iv iron",
    "szc",
    "z-pack",
    "glucophage xr",
    "betapace af",
    "merrem iv",
    "toprol xl",
    "xetinin xl",
    "coversyl arginine",
)


def _terms() -> dict[str, Any]:
    path = resources.files("open_medicine") / "graphrag" / "terminology" / "drugs.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def _renal() -> dict[str, Any]:
    path = resources.files("open_medicine") / "mcp" / "calculators" / "data" / "renal_dose_adjustments.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def _generic(name: str) -> str:
    name = name.lower().replace("_", "/").removesuffix(" capsules").removesuffix(" succinate")
    return {"acyclovir": "aciclovir", "valacyclovir": "valaciclovir"}.get(name, name)


@functools.cache
def _pairs() -> tuple[tuple[str, str], ...]:
    """Brand and generic name. Brands that two medicines share are left out."""
    import importlib.util

    pairs: set[tuple[str, str]] = set()
    for name, body in _terms().items():
        for alias in body["aliases"]:
            if alias[:1].isupper() and _generic(alias) != _generic(name):
                pairs.add((alias, _generic(name)))
    for key, body in _renal().items():
        pairs.update((brand, _generic(key)) for brand in body["brand_names"])
    spec = importlib.util.find_spec("drug_named_entity_recognition")
    assert spec is not None and spec.submodule_search_locations
    with bz2.open(f"{spec.submodule_search_locations[0]}/drug_ner_dictionary.pkl.bz2", "rb") as file:
        words = pickle.load(file)
    for variant, body in words["drug_variant_to_variant_data"].items():
        targets = words["drug_variant_to_canonical"].get(variant, [])
        if body["is_brand"] and len(targets) == 1:
            brand = variant.removeprefix("other") if variant in ("otherbrufen", "otheraronix") else variant
            if brand.startswith("other") or brand.count(" ") > 1 or not brand.isascii():
                continue
            pairs.add((brand.title(), _generic(targets[0])))
    clean: dict[str, set[str]] = {}
    names = {brand for brand, _ in pairs}
    for brand, generic in pairs:
        first = brand.split()[0]
        if " " in brand and (first in names or first.lower() == generic):
            continue
        if brand.lower() not in NO_BRAND and brand.lower() != generic and len(generic) > 3:
            clean.setdefault(brand, set()).add(generic)
    return tuple(sorted((brand, next(iter(found))) for brand, found in clean.items() if len(found) == 1))


def brands_table() -> list[dict[str, Any]]:
    return [{"brand": brand, "medicine": medicine} for brand, medicine in _pairs()]


def medicines_table() -> list[dict[str, Any]]:
    codes = {_generic(name): body["atc_code"] for name, body in _terms().items()}
    renal = {_generic(name) for name in _renal()}
    names = sorted({medicine for _, medicine in _pairs()} | set(codes) | renal | set(OTHERS.split()))
    rows = []
    for name in names:
        code = None if name in DOUBTFUL_ATC else codes.get(name)
        rows.append(
            {
                "medicine": name,
                "atc_code": code,
                "anatomical_group": ANATOMICAL[code[0]] if code else None,
                "brands": ", ".join(brand for brand, medicine in _pairs() if medicine == name) or None,
                "renal": name in renal,
            }
        )
    return rows


def renal_table() -> list[dict[str, Any]]:
    """One row per medicine with renal dosing bands. A band holds from its lower limit up to the next band."""
    rows = []
    for key, body in sorted(_renal().items()):
        tiers = sorted(body["tiers"], key=lambda tier: -tier["min"])
        full = [tier["min"] for tier in tiers if tier["adjustment_type"] == "no_adjustment"]
        stopped = [i for i, tier in enumerate(tiers) if tier["adjustment_type"] == "contraindicated"]
        rows.append(
            {
                "medicine": _generic(key),
                "drug_class": body["drug_class"],
                "measure": "creatinine clearance" if body["label_renal_metric"] == "crcl" else "eGFR",
                "full_dose_limit": float(min(full)),
                "contraindicated_below": float(tiers[stopped[0] - 1]["min"]) if stopped else None,
                "usual_dose": body["normal_dose"],
                "level_monitoring": bool(body["requires_tdm"]),
                "band_count": len(tiers),
            }
        )
    return rows


@functools.cache
def _bands() -> dict[str, list[tuple[float, str, str]]]:
    return {
        _generic(key): [
            (float(tier["min"]), ADJUSTMENT[tier["adjustment_type"]], tier["dose"])
            for tier in sorted(body["tiers"], key=lambda tier: -tier["min"])
        ]
        for key, body in _renal().items()
    }


def renal_dose_adjustment(medicine: str, renal_function: float) -> dict[str, Any]:
    bands = _bands().get(_generic(medicine))
    if bands is None:
        raise ToolError("not_found", f"no renal dosing is listed for {medicine}", allowed=sorted(_bands()))
    if not 0 <= renal_function <= 250:
        raise ValueError("renal function must lie between 0 and 250")
    limit, adjustment, dose = next(band for band in bands if renal_function >= band[0])
    return {"adjustment": adjustment, "recommended_dose": dose, "band_lower_limit": limit}
