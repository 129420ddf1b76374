"""VAT rates and company registers of European countries."""

from __future__ import annotations

from typing import Any

from builder.countries import country_names

UNSURE = frozenset(("GR", "PL", "PT"))
"""Where the package takes ordinary rates, or those of islands, for super-reduced and parking ones."""


def vat_table() -> list[dict[str, Any]]:
    """One row per country; Northern Ireland is a jurisdiction, not a country, and left out."""
    import eu_vat_rates_data

    rows = []
    for iso, entry in eu_vat_rates_data.get_all_rates().items():
        if iso not in country_names():
            continue
        names = entry.get("identifiers") or {}
        euro, member = entry["currency"] == "EUR", bool(entry["eu_member"])
        rows.append(
            {
                "country": country_names()[iso],
                "iso2": iso,
                "standard_rate": float(entry["standard"]),
                "reduced_rates": len(entry["reduced"]),
                "currency": entry["currency"],
                "eu_member": member,
                "group": "euro_area" if euro and member else "eu_outside_euro_area" if member else "outside_eu",
                "tax_name": entry["vat_name"],
                "number_format": entry["format"],
                "register": (names.get("registry_name") or {}).get("en"),
                "register_authority": (names.get("registry_authority_name") or {}).get("en"),
                "tax_number_name": (names.get("tax_id_name") or {}).get("en"),
            }
        )
    return sorted(rows, key=lambda row: row["country"])


def reduced_table() -> list[dict[str, Any]]:
    """Reduced rates per country, super-reduced and parking rates apart; countries with one rate only are left out."""
    import eu_vat_rates_data

    rows = []
    for iso, entry in eu_vat_rates_data.get_all_rates().items():
        rates = sorted({float(rate) for rate in entry["reduced"]})
        if iso in country_names() and rates and iso not in UNSURE:
            rows.append(
                {
                    "country": country_names()[iso],
                    "iso2": iso,
                    "reduced_rates": rates,
                    "super_reduced_rate": entry["super_reduced"],
                    "parking_rate": entry["parking"],
                }
            )
    return sorted(rows, key=lambda row: str(row["country"]))


def add_vat(net: float, rate: float) -> dict[str, Any]:
    return {"vat": net * rate / 100, "gross": net * (1 + rate / 100)}


def extract_vat(gross: float, rate: float) -> dict[str, Any]:
    net = gross / (1 + rate / 100)
    return {"net": net, "vat": gross - net}
