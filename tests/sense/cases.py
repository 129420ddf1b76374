"""The table of bad candidates: what somebody could have written, and the law or gate that refuses it.

Each has a good neighbour, as near as can be, that passes: a law that refused everything would fail there.
Tools, types and values are those of the shipped pool.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.sense.bench import Sketch

PROFILE = "general.countries.country_profile"
NEIGHBOURS = "general.countries.country_neighbours"
CITY = "general.countries.city_profile"
AIRPORT = "general.airports.airport_profile"
CALCULATE = "general.mathematics.calculate"
STATISTICS = "general.mathematics.describe_numbers"
SHIFT = "general.dates.shift_date"
DIFFERENCE = "general.dates.date_difference"
HOLIDAY = "general.holidays.next_public_holiday"
RATE = "financial.ecb.ecb_reference_rate"
CURRENCY = "financial.currencies.country_currency"
VAT = "financial.vat.vat_rates"
REGISTER = "financial.vat.company_register"
ELEMENT = "academic.elements.element_properties"
STATE = "general.us.us_state_profile"
PRIMER = "biological.sequences.gc_content"
MELTING = "biological.primers.primer_melting_temperature"
BUFFER = "biological.solutions.biological_buffer"
ATMOSPHERE = "general.travel.isa_atmosphere"
CHILL = "general.weather.wind_chill"
CLEARANCE = "medical.calculators.creatinine_clearance"
PEPTIDES = "biological.peptides.peptides_of_gene"
PEPTIDE = "biological.peptides.human_peptide"
BACK = "biological.codon_usage.back_translate"
TRANSLATE = "biological.genetic_codes.translate_dna"
PEPTIDE_MASS = "biological.peptides.peptide_mass"
DISTANCE = "general.geodesy.geodesic_distance"
OFFSET = "general.timezones.utc_offset_on"
CONVERT = "general.units.convert_quantity"

DNA = "ACGTTGCAAGCTTGACCATG"


def call(tool: str, **arguments: Any) -> dict[str, Any]:
    return {"tool": tool, "arguments": arguments}


def fan(tool: str, over: Any, parameter: str, **arguments: Any) -> dict[str, Any]:
    return {"tool": tool, "over": over, "parameter": parameter, "arguments": arguments}


def op(name: str, **inputs: Any) -> dict[str, Any]:
    return {"op": name, "inputs": inputs}


def compute(operation: str, a: Any, b: Any) -> dict[str, Any]:
    return call(CALCULATE, operation=operation, a=a, b=b)


LAWS = {
    "law:meaning": 1,
    "law:subject": 2,
    "law:scale": 3,
    "law:completeness": 5,
    "law:time": 6,
    "law:names": 7,
    "law:rivals": 9,
    "law:imputation": 10,
    "law:degenerate": 11,
    "law:purpose": 12,
}
"""Number of each law in the design by the reason that names it; 4 and 8 hold by the shape of derivations."""


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    reason: str
    bad: Sketch
    good: Sketch | None = None
    law: int = 0
    """Number of the law that it breaks, where the reason does not tell; see LAWS."""


def countries(**named: str) -> dict[str, tuple[str, Any]]:
    return {name: ("country", value) for name, value in named.items()}


def elements(**named: str) -> dict[str, tuple[str, Any]]:
    return {name: ("element", value) for name, value in named.items()}


def _patient(age: Any, more: dict[str, dict[str, Any]]) -> Sketch:
    slots: dict[str, tuple[str, Any]] = {
        "start": ("date", "2026-03-29"),
        "end": ("date", "2026-10-25"),
        "age": ("age_years", 74),
        "weight": ("body_weight", 68),
        "creatinine": ("serum_creatinine", 1.4),
    }
    step = call(CLEARANCE, sex="female", age=age, weight="$weight", creatinine="$creatinine")
    ask = "From {start} to {end}: clearance at {age}, {weight}, {creatinine}?"
    return Sketch(slots, {**more, "c": step}, "$c.creatinine_clearance", ask)


def _warmth(temperature: str, more: dict[str, dict[str, Any]]) -> Sketch:
    slots: dict[str, tuple[str, Any]] = {"primer": ("dna_sequence", DNA), "airport": ("airport", "DEN")}
    step = call(CHILL, temperature_c=temperature, wind_speed_kt=12)
    return Sketch(slots, {**more, "c": step}, "$c.wind_chill_c", "How cold does it feel at {airport} with {primer}?")


def _around(country: str, tool: str = PROFILE) -> dict[str, dict[str, Any]]:
    return {
        "n": call(NEIGHBOURS, country=country),
        "each": fan(tool, "$n.neighbours", "country"),
    }


def _best(country: str, tool: str, field: str) -> Sketch:
    steps = {**_around("$a", tool), "best": op("argmax", items="$n.neighbours", keys=f"$each.{field}")}
    return Sketch(countries(a=country), steps, "$best", "Of the countries bordering {a}, which one comes out on top?")


def _over_airports(field: str) -> Sketch:
    slots: dict[str, tuple[str, Any]] = {f"p{n}": ("airport", code) for n, code in enumerate(("LHR", "JFK", "SIN"), 1)}
    steps = {
        "each": fan(AIRPORT, ["$p1", "$p2", "$p3"], "airport"),
        "s": call(STATISTICS, values=f"$each.{field}"),
    }
    return Sketch(
        slots, steps, "$s.mean", "What is the mean over the airports {p1}, {p2} and {p3}, rounded to a whole?"
    )


def _buffers(first: str, second: str) -> Sketch:
    slots: dict[str, tuple[str, Any]] = {"a": ("biological_buffer", "Tris"), "b": ("biological_buffer", "HEPES")}
    steps = {
        "one": call(BUFFER, buffer="$a"),
        "two": call(BUFFER, buffer="$b"),
        "sum": compute("subtract" if "change" in first else "add", f"$one.{first}", f"$two.{second}"),
    }
    return Sketch(slots, steps, "$sum.result", "Put together {a} and {b}: what do their values come to in all?")


STATIC = (
    Case(
        "the clearance of a patient whose age is a number of days of daylight-saving time",
        "law:meaning",
        _patient("$d.days", {"d": call(DIFFERENCE, start_date="$start", end_date="$end")}),
        _patient("$age", {}),
    ),
    Case(
        "the wind chill at a primer's melting temperature",
        "law:meaning",
        _warmth("$m.melting_temperature", {"m": call(MELTING, primer="$primer")}),
        _warmth(
            "$air.temperature_c",
            {"p": call(AIRPORT, airport="$airport"), "air": call(ATMOSPHERE, elevation_ft="$p.elevation_ft")},
        ),
    ),
    Case(
        "a currency taken for a country",
        "law:meaning",
        Sketch(
            countries(a="Peru"),
            {"c": call(CURRENCY, country="$a"), "p": call(PROFILE, country="$c.currency")},
            "$p.population",
            "How many people live in {a} by way of its money?",
        ),
    ),
    Case("a mean longitude", "law:scale", _over_airports("longitude"), _over_airports("elevation_ft")),
    Case("a sum of pH values", "law:scale", _buffers("pka", "pka"), _buffers("change_per_degree", "change_per_degree")),
    Case(
        "the greatest capital",
        "law:scale",
        _best("Peru", PROFILE, "capital"),
        _best("Peru", PROFILE, "population"),
    ),
    Case("the highest calling code", "law:scale", _best("Peru", PROFILE, "calling_code")),
    Case(
        "the greatest compass bearing",
        "law:scale",
        Sketch(
            {"x": ("latitude", 10), "y": ("longitude", 20)},
            {
                "p": call(DISTANCE, latitude_1="$x", longitude_1="$y", latitude_2=30, longitude_2=40),
                "q": call(DISTANCE, latitude_1="$x", longitude_1="$y", latitude_2=50, longitude_2=60),
                "best": op("compare", left="$p.initial_bearing", relation=">", right="$q.initial_bearing"),
            },
            "$best",
            "From {x} and {y}, is the first bearing greater than the second?",
        ),
        Sketch(
            {"x": ("latitude", 10), "y": ("longitude", 20)},
            {
                "p": call(DISTANCE, latitude_1="$x", longitude_1="$y", latitude_2=30, longitude_2=40),
                "q": call(DISTANCE, latitude_1="$x", longitude_1="$y", latitude_2=50, longitude_2=60),
                "best": op("compare", left="$p.distance_km", relation=">", right="$q.distance_km"),
            },
            "$best",
            "From {x} and {y}, is the first distance greater than the second?",
        ),
    ),
    Case(
        "more people than square kilometres",
        "law:subject",
        Sketch(
            countries(a="Kenya"),
            {
                "p": call(PROFILE, country="$a"),
                "more": op("compare", left="$p.population", relation=">", right="$p.area_km2"),
            },
            "$more",
            "Does {a} have more inhabitants than square kilometres of land?",
        ),
        Sketch(
            countries(a="Kenya", b="Chad"),
            {
                "p": call(PROFILE, country="$a"),
                "q": call(PROFILE, country="$b"),
                "more": op("compare", left="$p.population", relation=">", right="$q.population"),
            },
            "$more",
            "Does {a} have more inhabitants than {b} has?",
        ),
    ),
    Case(
        "a filter by name",
        "law:scale",
        Sketch(
            countries(a="Peru"),
            {
                **_around("$a"),
                "kept": op("filter", items="$n.neighbours", keys="$each.continent", relation=">", threshold="Asia"),
            },
            "$kept",
            "Which of the countries bordering {a} lie past Asia?",
        ),
    ),
    Case(
        "the third country of a list",
        "unknown operator nth",
        Sketch(
            countries(a="Peru"),
            {"n": call(NEIGHBOURS, country="$a"), "third": op("nth", items="$n.neighbours", position=3)},
            "$third",
            "Which is the third of the countries bordering {a}?",
        ),
        law=4,
    ),
    Case(
        "a whole list where one country is asked for",
        "a list cannot be bound here",
        Sketch(
            countries(a="Peru"),
            {"n": call(NEIGHBOURS, country="$a"), "p": call(PROFILE, country="$n.neighbours")},
            "$p.population",
            "How many people live around {a}?",
        ),
    ),
    Case(
        "a fan-out over one country",
        "a fan-out goes over a list",
        Sketch(
            countries(a="Peru"),
            {"p": fan(PROFILE, "$a", "country")},
            "$p.population",
            "How many people live in each {a}?",
        ),
    ),
    Case(
        "a tool that does not exist",
        "unknown tool general.countries.weather",
        Sketch(
            countries(a="Peru"),
            {"w": call("general.countries.weather", country="$a")},
            "$w.rain",
            "How much does it rain in {a}?",
        ),
    ),
    Case(
        "a call without what it needs",
        "financial.ecb.ecb_reference_rate needs date",
        Sketch(
            {"c": ("currency", "USD")},
            {"r": call(RATE, currency="$c")},
            "$r.rate",
            "What is a euro worth in {c}?",
        ),
        Sketch(
            {"c": ("currency", "USD"), "d": ("date", "2026-09-08")},
            {"r": call(RATE, currency="$c", date="$d")},
            "$r.rate",
            "What was a euro worth in {c} on {d}?",
        ),
    ),
    Case(
        "a parameter that the tool does not have",
        "general.countries.country_profile has no parameter year",
        Sketch(
            countries(a="Peru"),
            {"p": call(PROFILE, country="$a", year=1990)},
            "$p.population",
            "How many people lived in {a} in 1990?",
        ),
    ),
    Case(
        "a wording with a slot that is none",
        "{land} is no slot",
        Sketch(countries(a="Peru"), {"p": call(PROFILE, country="$a")}, "$p.population", "How many live in {land}?"),
    ),
    Case(
        "a value of a step that comes later",
        "a reference cannot be resolved: 'q'",
        Sketch(
            countries(a="Peru"),
            {"p": call(PROFILE, country="$a")},
            "$q.population",
            "How many people live in {a}?",
        ),
        law=8,
    ),
)


def _rate_on_holiday(currency: str, more: dict[str, dict[str, Any]], **named: tuple[str, Any]) -> Sketch:
    """The holiday's date itself goes into the lookup."""
    slots = {**countries(a="Japan"), **named, "day": ("date", "2025-02-10")}
    steps = {
        **more,
        "h": call(HOLIDAY, country="$a", date="$day"),
        "r": call(RATE, currency=currency, date="$h.date"),
    }
    spoken = " ".join("{" + name + "}" for name in slots)
    return Sketch(slots, steps, "$r.rate", f"What was the ECB rate on the first holiday after that: {spoken}?")


def _two_lookups(tool: str, parameter: str, field: str, kind: str, values: tuple[str, str], operation: str) -> Sketch:
    steps = {
        "one": call(tool, **{parameter: "$a"}),
        "two": call(tool, **{parameter: "$b"}),
        "c": compute(operation, f"$one.{field}", f"$two.{field}"),
    }
    slots = {"a": (kind, values[0]), "b": (kind, values[1])}
    return Sketch(
        slots, steps, "$c.result", "Set the two side by side, {a} and {b}: what do you get when you combine them?"
    )


def _warm_airports(operation: str) -> Sketch:
    slots: dict[str, tuple[str, Any]] = {"a": ("airport", "DEN"), "b": ("airport", "MEX")}
    steps = {
        "one": call(AIRPORT, airport="$a"),
        "two": call(AIRPORT, airport="$b"),
        "x": call(ATMOSPHERE, elevation_ft="$one.elevation_ft"),
        "y": call(ATMOSPHERE, elevation_ft="$two.elevation_ft"),
        "c": compute(operation, "$x.temperature_c", "$y.temperature_c"),
    }
    return Sketch(slots, steps, "$c.result", "How do the standard temperatures at {a} and {b} relate in the end?")


def _rates_around(country: str, field: str) -> Sketch:
    steps = {**_around("$a", VAT), "s": call(STATISTICS, values="$each.standard_rate")}
    ask = "Over all countries bordering {a}, what do the standard VAT rates give, rounded to two decimals?"
    return Sketch(countries(a=country), steps, f"$s.{field}", ask, answer_type="vat_rate")


def _filtered(threshold: int) -> Sketch:
    steps = {
        **_around("$a"),
        "kept": op("filter", items="$n.neighbours", keys="$each.population", relation=">", threshold="$limit"),
    }
    slots = {**countries(a="Peru"), "limit": ("population", threshold)}
    return Sketch(slots, steps, "$kept", "Which of the countries bordering {a} have more than {limit} inhabitants?")


def _counted(country: str, threshold: int) -> Sketch:
    steps = {
        **_around("$a"),
        "kept": op("filter", items="$n.neighbours", keys="$each.population", relation=">", threshold="$limit"),
        "k": op("count", items="$kept"),
    }
    slots = {**countries(a=country), "limit": ("population", threshold)}
    return Sketch(slots, steps, "$k", "How many of the countries bordering {a} have more than {limit} inhabitants?")


def _hottest(*names: str, ask: str = "Put the elements side by side: {all}. Which melts at the highest?") -> Sketch:
    slots = elements(**{f"p{number}": name for number, name in enumerate(names, 1)})
    peers = [f"${name}" for name in slots]
    steps = {
        "each": fan(ELEMENT, peers, "element"),
        "best": op("argmax", items=peers, keys="$each.melting_point"),
    }
    listed = ", ".join("{" + name + "}" for name in slots)
    return Sketch(slots, steps, "$best", ask.replace("{all}", listed))


def _peptide_chain(feed: str, more: dict[str, dict[str, Any]]) -> Sketch:
    slots: dict[str, tuple[str, Any]] = {
        "peptide": ("human_peptide", "glucagon"),
        "host": ("host_organism", "Escherichia coli"),
    }
    steps = {"p": call(PEPTIDE, peptide="$peptide"), **more, "m": call(PEPTIDE_MASS, sequence=feed)}
    ask = "Write human {peptide} in the preferred codons of {host}. What average mass does the product have?"
    return Sketch(slots, steps, "$m.average_mass", ask)


def _choice(then: str, otherwise: str) -> Sketch:
    steps = {
        "p": call(PROFILE, country="$a"),
        "q": call(PROFILE, country="$b"),
        "more": op("compare", left="$p.population", relation=">", right="$q.population"),
        "c": op("choose", condition="$more", then=then, otherwise=otherwise),
    }
    ask = "If {a} has more inhabitants than {b}, take the one figure, otherwise the other. What is it?"
    return Sketch(countries(a="Kenya", b="Chad"), steps, "$c", ask)


def _primer_report(second: str, more: dict[str, dict[str, Any]], **named: tuple[str, Any]) -> Sketch:
    slots: dict[str, tuple[str, Any]] = {"primer": ("dna_sequence", DNA), **named}
    spoken = " and ".join("{" + name + "}" for name in slots)
    answer = {"gc_content": "$g.gc_percent", "other": second}
    ask = f"For {spoken}, report the GC content in percent and the other value that goes with it."
    return Sketch(slots, {"g": call(PRIMER, dna="$primer"), **more}, answer, ask)


def _payment(first: str, second: str) -> Sketch:
    """Days between two dates, one of which is counted from the other."""
    slots: dict[str, tuple[str, Any]] = {**countries(a="Germany"), "day": ("date", "2025-03-14")}
    steps = {
        "due": call("general.holidays.add_working_days", country="$a", start_date="$day", working_days=15),
        "paid": call(SHIFT, date="$due.date", amount=30, unit="days"),
        "d": call(DIFFERENCE, start_date=first, end_date=second),
    }
    ask = (
        "An invoice of {day} is due in {a} after 15 working days and was paid thirty days later. How many days is that?"
    )
    return Sketch(slots, steps, "$d.days", ask)


def _converted(middle: str) -> Sketch:
    """Miles by way of another unit to metres."""
    steps = {
        "one": call(CONVERT, value="$length", from_unit="mile", to_unit=middle),
        "two": call(CONVERT, value="$one.result", from_unit=middle, to_unit="metre"),
    }
    return Sketch(
        {"length": ("number", 12.34)}, steps, "$two.result", "A course is {length} miles long. How many metres is that?"
    )


def _capital_time(ask: str) -> Sketch:
    steps = {"p": call(PROFILE, country="$a"), "c": call(CITY, city="$p.capital")}
    return Sketch(countries(a="Peru"), steps, "$c.timezone", ask)


_LONG = "Please note that this request was typed on a train and is longer than it should be. " * 6

DRAWN = (
    Case(
        "an exchange rate on another country's first holiday",
        "law:meaning",
        _rate_on_holiday("$c", {}, c=("currency", "USD")),
        _rate_on_holiday("$own.currency", {"own": call(CURRENCY, country="$a")}),
    ),
    Case(
        "a rate on a day without one",
        "call:not_found",
        Sketch(
            {**countries(a="Japan"), "d": ("date", "2026-09-06")},
            {"own": call(CURRENCY, country="$a"), "r": call(RATE, currency="$own.currency", date="$d")},
            "$r.rate",
            "What was a euro worth in the currency of {a} on {d}?",
        ),
        Sketch(
            {**countries(a="Japan"), "d": ("date", "2026-09-08")},
            {"own": call(CURRENCY, country="$a"), "r": call(RATE, currency="$own.currency", date="$d")},
            "$r.rate",
            "What was a euro worth in the currency of {a} on {d}?",
        ),
    ),
    Case(
        "a rate before there was a euro",
        "call:out_of_range",
        Sketch(
            {**countries(a="Japan"), "d": ("date", "1990-09-06")},
            {"own": call(CURRENCY, country="$a"), "r": call(RATE, currency="$own.currency", date="$d")},
            "$r.rate",
            "What was a euro worth in the currency of {a} on {d}?",
        ),
    ),
    Case(
        "a VAT rate of a country that the table does not hold",
        "call:not_found",
        _two_lookups(VAT, "country", "standard_rate", "country", ("Japan", "Spain"), "subtract"),
        _two_lookups(VAT, "country", "standard_rate", "country", ("Hungary", "Spain"), "subtract"),
    ),
    Case(
        "a city called Georgetown",
        "law:names",
        Sketch(
            {"city": ("city", "Georgetown"), "day": ("date", "2026-07-01")},
            {"c": call(CITY, city="$city"), "o": call(OFFSET, timezone="$c.timezone", date="$day")},
            "$o.utc_offset_hours",
            "By how many hours does {city} differ from UTC on {day}?",
        ),
        Sketch(
            {"city": ("city", "Georgetown, Guyana"), "day": ("date", "2026-07-01")},
            {"c": call(CITY, city="$city"), "o": call(OFFSET, timezone="$c.timezone", date="$day")},
            "$o.utc_offset_hours",
            "By how many hours does {city} differ from UTC on {day}?",
        ),
    ),
    Case(
        "Heathrow's elevation without a tool that knows the name",
        "law:names",
        _two_lookups(AIRPORT, "airport", "elevation_ft", "airport", ("Heathrow", "MAD"), "subtract"),
        _two_lookups(AIRPORT, "airport", "elevation_ft", "airport", ("LHR", "MAD"), "subtract"),
    ),
    Case(
        "an airport at 83 ft that only an enumeration finds",
        "law:names",
        Sketch(
            {"a": ("airport", "LHR"), "b": ("airport", "MAD")},
            {
                "one": call(AIRPORT, airport="$a"),
                "two": call(AIRPORT, airport="$b"),
                "c": compute("subtract", "$two.elevation_ft", "$one.elevation_ft"),
            },
            "$c.result",
            "How much higher than the airport at 83 ft above the sea does {b} lie, in feet?",
        ),
    ),
    Case(
        "a constraint that the answer does not need",
        "gate:idle",
        Sketch(
            {**countries(a="Japan", b="Peru"), "d": ("date", "2026-09-08")},
            {"own": call(CURRENCY, country="$a"), "r": call(RATE, currency="$own.currency", date="$d")},
            "$r.rate",
            "What was a euro worth in the currency of {a} on {d}, when {b} had none?",
        ),
    ),
    Case(
        "a ratio of degrees Celsius",
        "law:scale",
        _warm_airports("divide"),
        _warm_airports("subtract"),
    ),
    Case(
        "the percentage by which one year exceeds another",
        "law:scale",
        _two_lookups(STATE, "state", "statehood_year", "us_state", ("Ohio", "Texas"), "percent_change"),
        _two_lookups(STATE, "state", "statehood_year", "us_state", ("Ohio", "Texas"), "subtract"),
    ),
    Case(
        "two VAT rates added",
        "law:scale",
        _two_lookups(VAT, "country", "standard_rate", "country", ("Hungary", "Spain"), "add"),
        _two_lookups(VAT, "country", "standard_rate", "country", ("Hungary", "Spain"), "subtract"),
    ),
    Case("a total of VAT rates", "law:scale", _rates_around("Slovakia", "sum"), _rates_around("Slovakia", "mean")),
    Case(
        "people and square kilometres added",
        "law:subject",
        Sketch(
            countries(a="Kenya"),
            {"p": call(PROFILE, country="$a"), "c": compute("add", "$p.population", "$p.area_km2")},
            "$c.result",
            "Add the inhabitants of {a} to its square kilometres. What is the sum?",
        ),
        Sketch(
            countries(a="Kenya"),
            {"p": call(PROFILE, country="$a"), "c": compute("divide", "$p.population", "$p.area_km2")},
            "$c.result",
            "How many inhabitants does {a} have on each square kilometre, to two decimals?",
        ),
    ),
    Case(
        "a mean of figures that measure different things",
        "law:subject",
        Sketch(
            countries(a="Kenya"),
            {"p": call(PROFILE, country="$a"), "s": call(STATISTICS, values=["$p.population", "$p.area_km2"])},
            "$s.mean",
            "What is the mean of the population and the area of {a}, rounded to a whole number?",
        ),
    ),
    Case(
        "a count over a cut list",
        "law:completeness",
        Sketch(
            {"g": ("gene", "POMC")},
            {"l": call(PEPTIDES, gene="$g"), "k": op("count", items="$l.peptides")},
            "$k",
            "How many peptides are made from the precursor that {g} encodes?",
            cut=f"{PEPTIDES}#peptides",
        ),
        _counted("Peru", 15_000_000),
    ),
    Case(
        "a mean over a cut list",
        "law:completeness",
        Sketch(
            {"g": ("gene", "POMC")},
            {
                "l": call(PEPTIDES, gene="$g"),
                "each": fan(PEPTIDE, "$l.peptides", "peptide"),
                "s": call(STATISTICS, values="$each.length"),
            },
            "$s.mean",
            "What is the mean length of the peptides whose precursor {g} encodes, to one decimal?",
            cut=f"{PEPTIDES}#peptides",
        ),
        _rates_around("Slovakia", "mean"),
    ),
    Case(
        "a fan-out over more than twelve",
        "law:completeness",
        _best("China", PROFILE, "population"),
        _best("Peru", PROFILE, "population"),
    ),
    Case("a fan-out over nobody", "law:completeness", _best("Iceland", PROFILE, "population")),
    Case("a fan-out over one neighbour", "law:completeness", _best("Portugal", PROFILE, "population")),
    Case(
        "a count over nobody",
        "law:degenerate",
        Sketch(
            countries(a="Iceland"),
            {"n": call(NEIGHBOURS, country="$a"), "k": op("count", items="$n.neighbours")},
            "$k",
            "How many countries are there that border {a} by land?",
        ),
    ),
    Case(
        "a failed member of a fan-out",
        "call:not_found",
        _rates_around("Mexico", "mean"),
        _rates_around("Slovakia", "mean"),
    ),
    Case(
        "a null passed on",
        "law:imputation",
        _two_lookups(ELEMENT, "element", "melting_point", "element", ("helium", "iron"), "subtract"),
        _two_lookups(ELEMENT, "element", "melting_point", "element", ("copper", "iron"), "subtract"),
    ),
    Case(
        "a superlative over a member without a value",
        "law:imputation",
        _hottest("helium", "iron", "copper"),
        _hottest("gold", "iron", "tin"),
    ),
    Case(
        "a tie",
        "law:degenerate",
        Sketch(
            countries(a="Austria", b="Slovakia", c="Estonia"),
            {
                "each": fan(VAT, ["$a", "$b", "$c", "Bulgaria"], "country"),
                "best": op("argmin", items=["$a", "$b", "$c", "Bulgaria"], keys="$each.standard_rate"),
            },
            "$best",
            "Which of {a}, {b}, {c} and Bulgaria charges the lowest standard VAT rate?",
        ),
        Sketch(
            countries(a="Austria", b="Slovakia", c="Estonia"),
            {
                "each": fan(VAT, ["$a", "$b", "$c"], "country"),
                "best": op("argmin", items=["$a", "$b", "$c"], keys="$each.standard_rate"),
            },
            "$best",
            "Which of {a}, {b} and {c} charges the lowest standard VAT rate?",
        ),
    ),
    Case("a near tie", "law:degenerate", _hottest("chromium", "vanadium", "tin"), _hottest("chromium", "zinc", "tin")),
    Case("a condition that keeps everybody", "law:degenerate", _filtered(1000), _filtered(15_000_000)),
    Case("a condition that keeps nobody", "law:degenerate", _filtered(2_000_000_000)),
    Case("a count of one", "gate:guessable", _counted("Peru", 100_000_000), _counted("Peru", 15_000_000)),
    Case(
        "the same entity twice",
        "law:subject",
        _two_lookups(PROFILE, "country", "area_km2", "country", ("Peru", "Peru"), "divide"),
        _two_lookups(PROFILE, "country", "area_km2", "country", ("Peru", "Chad"), "divide"),
    ),
    Case("the same peer twice", "law:degenerate", _hottest("iron", "iron", "copper")),
    Case(
        "an answer in the question",
        "gate:guessable",
        Sketch(
            {"c": ("city", "Lima, Peru")},
            {"c1": call(CITY, city="$c"), "p": call(PROFILE, country="$c1.country")},
            "$p.country",
            "In which country do the people of {c} live, by its short name?",
        ),
        Sketch(
            {"c": ("airport", "CUZ")},
            {"c1": call(AIRPORT, airport="$c"), "p": call(PROFILE, country="$c1.country")},
            "$p.currency",
            "Which currency do I pay with when I land at {c}, please?",
        ),
    ),
    Case(
        "a report that holds what the question says",
        "gate:guessable",
        Sketch(
            {"c": ("city", "Lima, Peru")},
            {"c1": call(CITY, city="$c"), "p": call(PROFILE, country="$c1.country")},
            {"country": "$p.country", "population": "$p.population"},
            "Report the country of {c} and how many people live in it.",
        ),
    ),
    Case(
        "a report of a primer's GC content and a VAT rate",
        "law:purpose",
        _primer_report("$v.standard_rate", {"v": call(VAT, country="$a")}, a=("country", "Hungary")),
        _primer_report("$m.melting_temperature", {"m": call(MELTING, primer="$primer")}),
    ),
    Case(
        "a report of two equal values",
        "law:degenerate",
        Sketch(
            countries(a="Hungary"),
            {"v": call(VAT, country="$a"), "w": call(CURRENCY, country="$a")},
            {"one": "$v.currency", "other": "$w.currency"},
            "Report the currency of {a} and the currency in which its VAT is paid.",
        ),
        Sketch(
            countries(a="Poland"),
            {"v": call(VAT, country="$a"), "w": call(REGISTER, country="$a")},
            {"rate": "$v.standard_rate", "register": "$w.register"},
            "Report the standard VAT rate (in %) and the company register of {a}.",
        ),
    ),
    Case(
        "branches that answer in different fields",
        "law:purpose",
        _choice("$p.area_km2", "$q.capital"),
        _choice("$p.area_km2", "$q.area_km2"),
    ),
    Case("two branches that are one", "law:purpose", _choice("$p.area_km2", "$p.area_km2")),
    Case(
        "an answer of zero",
        "law:degenerate",
        _two_lookups(VAT, "country", "standard_rate", "country", ("Austria", "Bulgaria"), "subtract"),
        _two_lookups(VAT, "country", "standard_rate", "country", ("Austria", "Hungary"), "subtract"),
    ),
    Case(
        "one call",
        "gate:shallow",
        Sketch(
            countries(a="Peru"),
            {"p": call(PROFILE, country="$a")},
            "$p.population",
            "How many people live in {a}, all told?",
        ),
        _capital_time("In which time zone do people live in the capital of {a}?"),
    ),
    Case(
        "the first holiday on or after the first holiday",
        "gate:contraction",
        Sketch(
            {**countries(a="Poland"), "day": ("date", "2026-01-20")},
            {
                "h": call(HOLIDAY, country="$a", date="$day"),
                "again": call("general.holidays.day_status", country="$a", date="$h.date"),
                "d": call(SHIFT, date="$h.date", amount=0, unit="days"),
            },
            "$d.date",
            "Zero days after the first holiday in {a} on or after {day}, what is the date?",
        ),
        Sketch(
            {**countries(a="Poland"), "day": ("date", "2026-01-20")},
            {
                "h": call(HOLIDAY, country="$a", date="$day"),
                "d": call(SHIFT, date="$h.date", amount=45, unit="days"),
            },
            "$d.date",
            "What is the date 45 days after the first holiday in {a} on or after {day}?",
        ),
    ),
    Case(
        "encode, then decode",
        "gate:contraction",
        _peptide_chain(
            "$t.protein",
            {
                "b": call(BACK, protein="$p.sequence", organism="$host"),
                "t": call(TRANSLATE, dna="$b.dna"),
            },
        ),
        Sketch(
            {"peptide": ("human_peptide", "glucagon"), "host": ("host_organism", "Escherichia coli")},
            {
                "p": call(PEPTIDE, peptide="$peptide"),
                "b": call(BACK, protein="$p.sequence", organism="$host"),
                "m": call(PRIMER, dna="$b.dna"),
            },
            "$m.gc_count",
            "Write human {peptide} in the preferred codons of {host}. How many G and C does it hold?",
        ),
    ),
    Case(
        "a detour where one call would do",
        "gate:shortcut",
        _converted("kilometre"),
        Sketch(
            {"a": ("airport", "CUZ")},
            {"p": call(AIRPORT, airport="$a"), "c": call(CITY, city="$p.city")},
            "$c.population",
            "How many people live in the city that {a} serves?",
        ),
    ),
    Case(
        "the country of an airport's city, which the airport's entry has said",
        "gate:contraction",
        Sketch(
            {"a": ("airport", "CUZ")},
            {"p": call(AIRPORT, airport="$a"), "c": call(CITY, city="$p.city")},
            "$c.country",
            "To which country does the city belong that {a} serves?",
        ),
    ),
    Case(
        "a difference that is the same whatever the first call says",
        "gate:insensitive",
        _payment("$due.date", "$paid.date"),
        _payment("$day", "$paid.date"),
    ),
    Case(
        "a question of six words",
        "gate:length",
        Sketch({"a": ("airport", "LHR")}, {"p": call(AIRPORT, airport="$a")}, "$p.timezone", "Time zone of {a}?"),
        _hottest("gold", "tin", "iron"),
    ),
    Case(
        "a question of a hundred words", "gate:length", _capital_time(_LONG + "Which time zone has the capital of {a}?")
    ),
    Case(
        "two offered tools that give the currency of one country",
        "law:rivals",
        Sketch(
            {"a": ("airport", "CUZ")},
            {"c1": call(AIRPORT, airport="$a"), "p": call(PROFILE, country="$c1.country")},
            "$p.currency",
            "Which currency do I pay with when I land at {a}, please?",
            offered=(CURRENCY,),
        ),
        Sketch(
            {"a": ("airport", "CUZ")},
            {"c1": call(AIRPORT, airport="$a"), "p": call(PROFILE, country="$c1.country")},
            "$p.currency",
            "Which currency do I pay with when I land at {a}, please?",
            offered=(ELEMENT,),
        ),
    ),
    Case(
        "text with an article in front of the wrong word",
        "gate:wording",
        _capital_time("I am a old hand. Which time zone has the capital of {a}?"),
        _capital_time("I am an old hand. Which time zone has the capital of {a}?"),
    ),
)
