"""Banks by BIC, and international bank account numbers (IBAN)."""

from __future__ import annotations

import re
import warnings
from typing import Any

from builder.countries import country_code, country_names
from builder.errors import ToolError

COUNTRIES = "AT BE CH CY CZ DE ES FR GR HR HU IE IT LU LV NL NO PL PT RO RS SE SI SK TR".split()
"""Countries whose bank lists hold banks rather than every licensed payment firm or branch."""


def banks_table() -> list[dict[str, Any]]:
    """Banks with one BIC, one national bank code and a name of their own; closed ones are left out."""
    from schwifty import registry

    found: dict[str, list[Any]] = {}
    names: dict[str, set[str]] = {}
    for bank in registry.get_all_banks():
        if bank.primary and bank.country_code in COUNTRIES and len(bank.bic or "") in (8, 11) and bank.bank_code:
            found.setdefault(bank.bic, []).append(bank)
            names.setdefault(_name(bank.name).casefold(), set()).add(bank.bic)
    rows = []
    for bic, banks in sorted(found.items()):
        name, codes = _name(banks[0].name), {bank.bank_code for bank in banks}
        if len(codes) != 1 or len(names[name.casefold()]) != 1 or not _wanted(name):
            continue
        rows.append(
            {"bic": bic, "name": name, "country": country_names()[banks[0].country_code], "bank_code": codes.pop()}
        )
    return rows


def _name(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _wanted(name: str) -> bool:
    odd = re.search(r"-alt-|vormals|\d|Settlement|Zahlungsdienst|Gf |Ndl |Bundesbank|Filiale|\(", name)
    latin = name.isascii() or re.search("[äöüßéèáíóúñçøåłńśżćčšžý]", name) is not None
    return odd is None and latin and not name.isupper() and 6 <= len(name) <= 45


def formats_table() -> list[dict[str, Any]]:
    """How IBANs of a country are built; country codes without a registered format are left out."""
    from schwifty import registry

    rows = []
    for iso, country in country_names().items():
        try:
            spec = registry.get_iban_spec(iso)
        except Exception:
            continue
        if spec.aspirational or spec.country != iso:
            continue
        lengths = {key.value: span.end - span.start for key, span in spec.positions.items()}
        rows.append(
            {
                "country": country,
                "iso2": iso,
                "iban_length": spec.iban_length,
                "bank_code_length": lengths["bank_code"],
                "branch_code_length": lengths["branch_code"] or None,
                "account_number_length": lengths["account_code"],
                "sepa": bool(spec.in_sepa_zone),
            }
        )
    return rows


def parse_iban(iban: str) -> dict[str, Any]:
    from schwifty import IBAN

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = IBAN("".join(iban.split()).upper(), validate_bban=True)
    except ValueError as error:
        raise ToolError("invalid_value", f"no valid IBAN: {error}") from None
    bank = parsed.bank
    return {
        "country": country_names()[parsed.country_code],
        "check_digits": parsed.checksum_digits,
        "bank_code": parsed.bank_code,
        "account_number": parsed.account_code,
        "bank": str(parsed.bic) if bank and parsed.bic else None,
        "printed": parsed.formatted,
    }


def build_iban(country: str, bank_code: str, account_number: str, branch_code: str) -> dict[str, Any]:
    from schwifty import IBAN

    iso = country_code(country)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            plain = IBAN.generate(iso, bank_code=bank_code, account_code=account_number, branch_code=branch_code)
            iban = IBAN(plain, validate_bban=True)
    except ValueError as error:
        raise ToolError("invalid_value", f"no IBAN of {country_names()[iso]} from these parts: {error}") from None
    if iban.bank_code.lstrip("0") != bank_code.upper().lstrip("0"):
        # The library fills fields from the right: what does not fit the country's format is lost without a word.
        message = f"in an IBAN of {country_names()[iso]} these parts do not give the bank code {bank_code} back"
        raise ToolError("invalid_value", message, parameter="bank_code")
    return {"iban": iban.compact, "check_digits": iban.checksum_digits, "printed": iban.formatted}
