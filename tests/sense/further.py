"""More bad candidates, so that each of the twelve laws has several real ones; see cases.py."""

from __future__ import annotations

from typing import Any

from tests.sense.bench import Sketch
from tests.sense.cases import (
    AIRPORT,
    CITY,
    CURRENCY,
    DIFFERENCE,
    ELEMENT,
    NEIGHBOURS,
    OFFSET,
    PROFILE,
    RATE,
    REGISTER,
    STATE,
    STATISTICS,
    VAT,
    Case,
    call,
    compute,
    countries,
    elements,
    fan,
    op,
)

CHANGES = "general.timezones.clock_changes"
BILL = "financial.bonds.treasury_bill"
GAPMINDER = "general.gapminder.gapminder_country_year"
LARGEST = "general.countries.largest_cities"
REDUCED = "financial.vat.vat_reduced_rates"
MEMBERSHIPS = "general.europe.european_memberships"


def _two_countries(
    ask: str, operation: str, left: str, right: str, names: tuple[str, str] = ("Kenya", "Chad"), **more: Any
) -> Sketch:
    """`more` of a sketch, such as tools that are offered besides."""
    steps = {
        "p": call(PROFILE, country="$a"),
        "q": call(PROFILE, country="$b"),
        "c": compute(operation, left, right),
    }
    return Sketch(countries(a=names[0], b=names[1]), steps, "$c.result", ask, **more)


def _shared_out(first: str = "Kenya", ask: str = "", **more: Any) -> Sketch:
    """The population of one country as a multiple of Chad's."""
    ask = ask or "What is the population of {a} divided by that of {b}, to two decimals?"
    return _two_countries(ask, "divide", "$p.population", "$q.population", (first, "Chad"), **more)


def _parking(first: str, second: str) -> Sketch:
    steps = {
        "p": call(REDUCED, country="$a"),
        "q": call(VAT, country="$b"),
        "c": compute("subtract", "$q.standard_rate", "$p.parking_rate"),
    }
    ask = "By how many percentage points is the standard VAT rate of {b} above the parking rate of {a}?"
    return Sketch(countries(a=first, b=second), steps, "$c.result", ask)


def _ordered(tool: str, kind: str, parameter: str, field: str, names: tuple[str, ...]) -> Sketch:
    slots = {f"p{number}": (kind, name) for number, name in enumerate(names, 1)}
    peers = [f"${name}" for name in slots]
    steps = {"each": fan(tool, peers, parameter), "order": op("argmax", items=peers, keys=f"$each.{field}")}
    return Sketch(
        slots, steps, "$order", f"Of {', '.join('{' + name + '}' for name in slots)}, which comes out on top?"
    )


def _positioned(name: str, **inputs: Any) -> Sketch:
    steps = {"n": call(NEIGHBOURS, country="$a"), "x": op(name, items="$n.neighbours", **inputs)}
    return Sketch(countries(a="Peru"), steps, "$x", "Which of the countries bordering {a} is listed there?")


def _term(start: str, end: str) -> Sketch:
    """A bill that runs for the days between two dates."""
    slots: dict[str, tuple[str, Any]] = {
        "zone": ("timezone", "Europe/Berlin"),
        "from": ("date", "2026-03-02"),
        "to": ("date", "2026-07-28"),
    }
    steps = {
        "c": call(CHANGES, timezone="$zone", year=2026),
        "d": call(DIFFERENCE, start_date=start, end_date=end),
        "b": call(BILL, face=10000, discount_rate=4, days="$d.days"),
    }
    spoken = "the change of clocks in {zone}" if start.startswith("$c") else "{from}"
    return Sketch(slots, steps, "$b.price", f"A bill of 10,000 dollars at 4% runs from {spoken} to {{to}}. Its price?")


def _hot(first: str, second: str) -> Sketch:
    steps = {
        "e": call(ELEMENT, element="$a"),
        "f": call(ELEMENT, element="$b"),
        "c": compute("subtract", "$f.melting_point", "$e.melting_point"),
    }
    return Sketch(
        elements(a=first, b=second), steps, "$c.result", "How many kelvin above {a} does {b} melt (negative if below)?"
    )


def _melted(field: str, first: str = "gold") -> Sketch:
    steps = {
        "each": fan(ELEMENT, ["$a", "$b", "$c"], "element"),
        "s": call(STATISTICS, values="$each.melting_point"),
    }
    ask = "Take the melting points of {a}, {b} and {c} in kelvin. What do they give together, to one decimal?"
    slots = elements(a=first, b="iron", c="tin")
    return Sketch(slots, steps, f"$s.{field}", ask, answer_type="melting_temperature_k")


def _clocks(year: int) -> Sketch:
    slots: dict[str, tuple[str, Any]] = {"city": ("city", "Berlin, Germany")}
    steps = {"p": call(CITY, city="$city"), "c": call(CHANGES, timezone="$p.timezone", year=year)}
    return Sketch(slots, steps, "$c.forward_date", f"On which day of {year} are the clocks of {{city}} put forward?")


def _member(offered: str) -> Sketch:
    steps = {"x": call(AIRPORT, airport="$x"), "v": call(VAT, country="$x.country")}
    ask = "Does the country where {x} lies belong to the European Union, by the VAT table?"
    return Sketch({"x": ("airport", "ZRH")}, steps, "$v.eu_member", ask, offered=(offered,))


def _overlap(name: str, first: str, second: str) -> Sketch:
    steps = {
        "n": call(NEIGHBOURS, country="$a"),
        "m": call(NEIGHBOURS, country="$b"),
        "kept": op(name, left="$n.neighbours", right="$m.neighbours"),
    }
    ask = "Compare the countries bordering {a} with those bordering {b}. What comes of it?"
    return Sketch(countries(a=first, b=second), steps, "$kept", ask)


def _vat(first: str, second: str) -> Sketch:
    steps = {
        "p": call(VAT, country="$a"),
        "q": call(VAT, country="$b"),
        "more": op("compare", left="$q.standard_rate", relation=">", right="$p.standard_rate"),
    }
    return Sketch(countries(a=first, b=second), steps, "$more", "Is the standard VAT rate of {b} above that of {a}?")


def _ranked(*names: str) -> Sketch:
    slots = countries(**{f"p{number}": name for number, name in enumerate(names, 1)})
    peers = [f"${name}" for name in slots]
    steps = {
        "each": fan(VAT, peers, "country"),
        "order": op("rank", items=peers, keys="$each.standard_rate", order="descending"),
    }
    listed = ", ".join("{" + name + "}" for name in slots)
    return Sketch(slots, steps, "$order", f"Put {listed} in order by their standard VAT rate, highest first.")


def _branch(then: str, otherwise: str) -> Sketch:
    steps = {
        "p": call(PROFILE, country="$a"),
        "q": call(PROFILE, country="$b"),
        "more": op("compare", left="$p.population", relation=">", right="$q.population"),
        "c": op("choose", condition="$more", then=then, otherwise=otherwise),
    }
    ask = "If {a} has more inhabitants than {b}, take its answer, otherwise that of the other. Which is it?"
    return Sketch(countries(a="Kenya", b="Chad"), steps, "$c", ask)


STATIC_MORE = (
    Case(
        "a number of counties taken for a year",
        "law:meaning",
        Sketch(
            {"s": ("us_state", "Ohio"), "a": ("country", "Peru")},
            {"x": call(STATE, state="$s"), "g": call(GAPMINDER, country="$a", year="$x.counties")},
            "$g.population",
            "How many people lived in {a} in the year that equals the number of counties of {s}?",
        ),
    ),
    Case(
        "an elevation taken for a latitude",
        "law:meaning",
        Sketch(
            {"x": ("airport", "LHR")},
            {
                "p": call(AIRPORT, airport="$x"),
                "n": call(
                    "general.airports.nearest_major_airport", latitude="$p.elevation_ft", longitude="$p.longitude"
                ),
            },
            "$n.airport",
            "Which airport is nearest to where {x} would lie if its elevation were its latitude?",
        ),
        Sketch(
            {"x": ("city", "Lima, Peru")},
            {
                "p": call(CITY, city="$x"),
                "n": call("general.airports.nearest_major_airport", latitude="$p.latitude", longitude="$p.longitude"),
            },
            "$n.airport",
            "Which major commercial airport is nearest to the middle of {x}?",
        ),
    ),
    Case(
        "a country's population taken for a date",
        "law:meaning",
        Sketch(
            countries(a="Peru"),
            {"p": call(PROFILE, country="$a"), "r": call(RATE, currency="$p.currency", date="$p.population")},
            "$r.rate",
            "What was a euro worth in {a} on the day of its population?",
        ),
    ),
    Case(
        "an element heavier than it is dense",
        "law:subject",
        Sketch(
            elements(a="iron"),
            {
                "e": call(ELEMENT, element="$a"),
                "more": op("compare", left="$e.melting_point", relation=">", right="$e.density"),
            },
            "$more",
            "Does {a} melt at more kelvin than it weighs in grams per cubic centimetre?",
        ),
        Sketch(
            elements(a="iron", b="tin"),
            {
                "e": call(ELEMENT, element="$a"),
                "f": call(ELEMENT, element="$b"),
                "more": op("compare", left="$e.melting_point", relation=">", right="$f.melting_point"),
            },
            "$more",
            "Does {a} melt at a higher temperature than {b} does?",
        ),
    ),
    Case(
        "more feet of elevation than people",
        "law:subject",
        Sketch(
            {"x": ("airport", "CUZ"), "a": ("country", "Chad")},
            {
                "p": call(AIRPORT, airport="$x"),
                "q": call(PROFILE, country="$a"),
                "more": op("compare", left="$p.elevation_ft", relation=">", right="$q.population"),
            },
            "$more",
            "Does {x} lie more feet above the sea than {a} has inhabitants?",
        ),
    ),
    Case(
        "the greatest currency",
        "law:scale",
        _ordered(PROFILE, "country", "country", "currency", ("Peru", "Chad", "Kenya")),
        _ordered(PROFILE, "country", "country", "area_km2", ("Peru", "Chad", "Kenya")),
    ),
    Case(
        "the highest time zone",
        "law:scale",
        _ordered(AIRPORT, "airport", "airport", "timezone", ("LHR", "JFK", "SIN")),
        _ordered(AIRPORT, "airport", "airport", "elevation_ft", ("LHR", "JFK", "SIN")),
    ),
    Case("the first country of a list", "unknown operator first", _positioned("first"), law=4),
    Case("the last country of a list", "unknown operator last", _positioned("last"), law=4),
    Case("any two countries of a list", "unknown operator sample", _positioned("sample", size=2), law=4),
    Case("the countries of a list in its own order", "unknown operator slice", _positioned("slice", start=1), law=4),
    Case(
        "an answer that its own question would have to hold",
        "unknown step or field 'p'",
        Sketch(
            countries(a="Peru"),
            {"n": call(NEIGHBOURS, country="$p.country"), "p": call(PROFILE, country="$n.neighbours")},
            "$p.population",
            "How many people live in the country that borders {a} and is the one asked for?",
        ),
        law=8,
    ),
    Case(
        "a rate for which nothing says the day",
        "financial.ecb.ecb_reference_rate needs date",
        Sketch(
            countries(a="Japan"),
            {"c": call(CURRENCY, country="$a"), "r": call(RATE, currency="$c.currency")},
            "$r.rate",
            "What is a euro worth in the currency of {a}?",
        ),
        law=6,
    ),
    Case(
        "a population for which nothing says the year",
        "general.gapminder.gapminder_country_year needs year",
        Sketch(
            countries(a="Peru"),
            {"g": call(GAPMINDER, country="$a")},
            "$g.population",
            "How many people lived in {a} at the time?",
        ),
        Sketch(
            countries(a="Peru"),
            {"g": call(GAPMINDER, country="$a", year=1990)},
            "$g.population",
            "How many people lived in {a} in 1990?",
        ),
        law=6,
    ),
)

DRAWN_MORE = (
    Case(
        "a bill that runs from a change of clocks",
        "law:meaning",
        _term("$c.forward_date", "$to"),
        _term("$from", "$to"),
    ),
    Case(
        "the rate of a currency on the day another country joined the Union",
        "law:meaning",
        Sketch(
            {**countries(a="Croatia", b="Japan")},
            {
                "m": call(MEMBERSHIPS, country="$a"),
                "c": call(CURRENCY, country="$b"),
                "r": call(RATE, currency="$c.currency", date="$m.eu_since"),
            },
            "$r.rate",
            "What was a euro worth in the currency of {b} on the day on which {a} joined the European Union?",
        ),
    ),
    Case(
        "square kilometres taken from inhabitants",
        "law:subject",
        _two_countries(
            "Take the area of {b} from the people of {a}. What is left?", "subtract", "$p.population", "$q.area_km2"
        ),
        _two_countries(
            "Take the people of {b} from the people of {a}. What is left?", "subtract", "$p.population", "$q.population"
        ),
    ),
    Case(
        "a percentage of people in square kilometres",
        "law:subject",
        _two_countries(
            "Of the square kilometres of {b}, what percentage are the people of {a}?",
            "percent_of",
            "$p.population",
            "$q.area_km2",
        ),
    ),
    Case(
        "a mean of an elevation and a latitude",
        "law:subject",
        Sketch(
            {"x": ("airport", "CUZ")},
            {"p": call(AIRPORT, airport="$x"), "s": call(STATISTICS, values=["$p.elevation_ft", "$p.latitude"])},
            "$s.mean",
            "What is the mean of the elevation and the latitude of {x}, to two decimals?",
        ),
    ),
    Case(
        "one elevation as a multiple of another",
        "law:scale",
        Sketch(
            {"x": ("airport", "CUZ"), "y": ("airport", "MEX")},
            {
                "p": call(AIRPORT, airport="$x"),
                "q": call(AIRPORT, airport="$y"),
                "c": compute("divide", "$p.elevation_ft", "$q.elevation_ft"),
            },
            "$c.result",
            "How many times as high as {y} does {x} lie above the sea, to two decimals?",
        ),
        Sketch(
            {"x": ("airport", "CUZ"), "y": ("airport", "MEX")},
            {
                "p": call(AIRPORT, airport="$x"),
                "q": call(AIRPORT, airport="$y"),
                "c": compute("subtract", "$p.elevation_ft", "$q.elevation_ft"),
            },
            "$c.result",
            "How many feet higher than {y} does {x} lie above the sea?",
        ),
    ),
    Case(
        "what percentage one elevation is of another",
        "law:scale",
        Sketch(
            {"x": ("airport", "CUZ"), "y": ("airport", "MEX")},
            {
                "p": call(AIRPORT, airport="$x"),
                "q": call(AIRPORT, airport="$y"),
                "c": compute("percent_of", "$p.elevation_ft", "$q.elevation_ft"),
            },
            "$c.result",
            "What percentage of the elevation of {y} is that of {x}, to one decimal?",
        ),
    ),
    Case("a total of melting points", "law:scale", _melted("sum"), _melted("mean")),
    Case(
        "a year that the data do not hold",
        "call:invalid_arguments",
        _clocks(2140),
        _clocks(2026),
        law=6,
    ),
    Case(
        "a country by its code",
        "law:names",
        _shared_out("PE"),
        _shared_out("Peru"),
    ),
    Case(
        "an element by its symbol",
        "law:names",
        _hot("Fe", "copper"),
        _hot("iron", "copper"),
    ),
    Case(
        "a constraint by an entity that is not named",
        "law:names",
        _shared_out(ask="What is the population of {a} divided by that of the country I have in mind?"),
        law=8,
    ),
    Case(
        "the currency of the country whose capital has the time zone asked for",
        "law:names",
        Sketch(
            countries(a="Kenya"),
            {"p": call(PROFILE, country="$a"), "c": call(CITY, city="$p.capital")},
            "$c.timezone",
            "In which time zone lies the capital of the country that pays in shillings?",
        ),
        law=8,
    ),
    Case(
        "two offered tools with different populations of one country",
        "law:rivals",
        _shared_out(offered=(LARGEST,)),
        _shared_out(offered=(ELEMENT,)),
    ),
    Case(
        "two offered tools that say whether a country is in the Union",
        "law:rivals",
        _member(MEMBERSHIPS),
        _member(CITY),
    ),
    Case(
        "a parking rate that a country does not have",
        "law:imputation",
        _parking("Hungary", "Spain"),
        _parking("Belgium", "Hungary"),
    ),
    Case(
        "a report with a value that is not there",
        "law:imputation",
        Sketch(
            countries(a="Hungary"),
            {"p": call(REDUCED, country="$a"), "q": call(VAT, country="$a")},
            {"standard": "$q.standard_rate", "parking": "$p.parking_rate"},
            "Report the standard and the parking rate of VAT in {a}, in percent.",
        ),
        Sketch(
            countries(a="Poland"),
            {"p": call(REGISTER, country="$a"), "q": call(VAT, country="$a")},
            {"standard": "$q.standard_rate", "register": "$p.register"},
            "Report the standard rate of VAT in {a} in percent, and its company register.",
        ),
    ),
    Case(
        "an average over a member without a value",
        "law:imputation",
        _melted("mean", "helium"),
        _melted("mean"),
    ),
    Case(
        "two lists that have nothing in common",
        "law:degenerate",
        _overlap("common", "Peru", "Chad"),
        _overlap("common", "Peru", "Paraguay"),
    ),
    Case(
        "a list without itself",
        "law:degenerate",
        _overlap("without", "Peru", "Chad"),
        _overlap("without", "Peru", "Paraguay"),
    ),
    Case(
        "equal sides of a comparison",
        "law:degenerate",
        _vat("Austria", "Bulgaria"),
        _vat("Austria", "Hungary"),
    ),
    Case(
        "a ranking with a tie",
        "law:degenerate",
        _ranked("Austria", "Bulgaria", "Hungary"),
        _ranked("Austria", "Germany", "Hungary"),
    ),
    Case(
        "a report about two countries that have nothing to do with each other",
        "law:purpose",
        Sketch(
            countries(a="Peru", b="Chad"),
            {"p": call(PROFILE, country="$a"), "q": call(PROFILE, country="$b")},
            {"one": "$p.population", "other": "$q.area_km2"},
            "Report the number of people of {a} and the area of {b} in square kilometres.",
        ),
    ),
    Case(
        "a report of an airport's elevation and an element's density",
        "law:purpose",
        Sketch(
            {"x": ("airport", "CUZ"), "e": ("element", "iron")},
            {"p": call(AIRPORT, airport="$x"), "q": call(ELEMENT, element="$e")},
            {"elevation": "$p.elevation_ft", "density": "$q.density"},
            "Report the elevation of {x} in feet and the density of {e} in grams per cubic centimetre.",
        ),
    ),
    Case(
        "a branch that gives a capital where the other gives a currency",
        "law:purpose",
        _branch("$p.capital", "$q.currency"),
        _branch("$p.capital", "$q.capital"),
    ),
    Case(
        "airports of Georgetown",
        "law:names",
        Sketch(
            {"city": ("city", "Georgetown")},
            {
                "c": call(CITY, city="$city"),
                "n": call("general.airports.nearest_major_airport", latitude="$c.latitude", longitude="$c.longitude"),
            },
            "$n.airport",
            "Which major commercial airport is nearest to the middle of {city}?",
        ),
    ),
    Case(
        "an airport at 433 ft that only an enumeration finds",
        "law:names",
        Sketch(
            {"x": ("airport", "CDG"), "day": ("date", "2026-07-01")},
            {"p": call(AIRPORT, airport="$x"), "o": call(OFFSET, timezone="$p.timezone", date="$day")},
            "$o.utc_offset_hours",
            "By how many hours is the airport at 433 ft above the sea ahead of UTC on {day}?",
        ),
        law=8,
    ),
)
