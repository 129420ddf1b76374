"""US federal income tax on ordinary income: brackets and standard deductions as the IRS publishes them each year."""

from __future__ import annotations

from typing import Any

from builder.errors import ToolError

RATES = (10.0, 12.0, 22.0, 24.0, 32.0, 35.0, 37.0)
SCHEDULES: dict[tuple[int, str], tuple[int, tuple[int, ...]]] = {
    (2023, "single"): (13850, (11000, 44725, 95375, 182100, 231250, 578125)),
    (2023, "married_filing_jointly"): (27700, (22000, 89450, 190750, 364200, 462500, 693750)),
    (2023, "head_of_household"): (20800, (15700, 59850, 95350, 182100, 231250, 578100)),
    (2024, "single"): (14600, (11600, 47150, 100525, 191950, 243725, 609350)),
    (2024, "married_filing_jointly"): (29200, (23200, 94300, 201050, 383900, 487450, 731200)),
    (2024, "head_of_household"): (21900, (16550, 63100, 100500, 191950, 243700, 609350)),
    (2025, "single"): (15750, (11925, 48475, 103350, 197300, 250525, 626350)),
    (2025, "married_filing_jointly"): (31500, (23850, 96950, 206700, 394600, 501050, 751600)),
    (2025, "head_of_household"): (23625, (17000, 64850, 103350, 197300, 250500, 626350)),
}
"""Standard deduction and upper ends of the first six brackets. Rev. Proc. 2022-38, 2023-34 and 2024-40; the deductions
of 2025 as raised by Public Law 119-21."""


def _schedule(year: int, filing_status: str) -> tuple[int, tuple[int, ...]]:
    if (year, filing_status) not in SCHEDULES:
        raise ToolError("out_of_range", "tax years 2023 to 2025 are listed")
    return SCHEDULES[year, filing_status]


def tax_schedule(year: int, filing_status: str) -> dict[str, Any]:
    deduction, ends = _schedule(year, filing_status)
    return {"standard_deduction": deduction, "rates": list(RATES), "bracket_starts": [0, *ends]}


def income_tax(gross_income: float, year: int, filing_status: str, deductions: float | None) -> dict[str, Any]:
    standard, ends = _schedule(year, filing_status)
    taxable = max(gross_income - (standard if deductions is None else deductions), 0.0)
    starts = (0, *ends)
    tax = 0.0
    marginal = RATES[0]
    for rate, start, end in zip(RATES, starts, (*ends, float("inf")), strict=True):
        if taxable > start:
            tax += (min(taxable, end) - start) * rate / 100
            marginal = rate
    return {
        "taxable_income": taxable,
        "tax": tax,
        "marginal_rate": marginal,
        "effective_rate": tax / gross_income * 100,
        "after_tax_income": gross_income - tax,
    }
