"""The catalogue of frames: what each asks, when it applies, how its answer is derived.

Each also asks that the specs declare, under `uses`, that people do this with the field and over the list.

Frames by rule have a module here; those of `DECLARED` are forms that only scenarios take, as each round of an
exemplar says under `frame`. `docs/frames.md` is made from these texts.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class About:
    """One frame in words."""

    applies: str
    """When the frame applies."""
    derivation: str
    """Calls and operators from the literals to the answer."""
    answer: str
    """Type of the answer."""
    forms: tuple[str, ...] = ()
    """Entries of prompts/frames.toml, by round; none where scenarios bring their own words."""


_FAN = "list; attribute of each member"

BY_RULE: dict[str, About] = {
    "superlative": About(
        "a complete list of 3 to 12 members whose attribute has a superlative in words",
        f"{_FAN}; argmax or argmin; then another field of the same topic of that member",
        "entity, then a field's type",
        ("superlative", "superlative_then"),
    ),
    "count": About(
        "a list of 5 to 12 members and an attribute, both meant for limits",
        f"{_FAN}; filter above a round limit with a clear margin; count",
        "number",
        ("count",),
    ),
    "aggregate": About(
        "a list of 3 to 12 members and a ratio-scale attribute, both meant for averages, totals or shares; no total of "
        "a whole's parts",
        f"{_FAN}; mean or sum by the statistics tool; after a sum the share of the largest",
        "number",
        ("average", "total", "share"),
    ),
    "identify": About(
        "a list of 3 to 12 members and two attributes of one tool with limits, several above each, one above both",
        f"{_FAN}, twice; two filters; common; only",
        "entity",
        ("identify",),
    ),
    "compare": About(
        "three to five named peers of one group, and an attribute with a superlative in words",
        "attribute of each peer; argmax; then the highest against the lowest by the calculator",
        "entity, then number",
        ("best", "times", "exceeds", "apart"),
    ),
    "rank": About(
        "four or five named peers of one group, none nearly tied",
        "attribute of each peer; rank",
        "ordered list",
        ("rank",),
    ),
    "report": About(
        "an entity of which two or three fields share one topic, by name from two tools, or as people describe it",
        "one call for each tool; record",
        "record",
        ("report",),
    ),
    "ratio": About(
        "two named peers and a ratio-scale attribute meant for factors, one 1.5 to 100 times the other; no counts",
        "attribute of both; argmax; divide",
        "number",
        ("pair", "ratio"),
    ),
    "excess": About(
        "two named peers and a ratio-scale attribute meant for factors, not in percent, one under twice the other",
        "attribute of both; argmax; percent_change from the lower to the higher",
        "number in percent",
        ("pair", "excess"),
    ),
    "difference": About(
        "two named peers and an attribute on an interval or ratio scale, meant for gaps",
        "attribute of both; argmax; subtract",
        "number in the attribute's unit",
        ("pair", "difference"),
    ),
    "claim": About(
        "two named peers and an attribute with a comparative in words; half of the claims are wrong",
        "attribute of both; compare; then their ratio against a factor people use (twice, three times, ...)",
        "boolean",
        ("claim", "claim_times"),
    ),
    "together": About(
        "all three or four members of a group, by name, and an attribute that adds up and is meant for totals",
        "attribute of each peer; sum by the statistics tool",
        "number in the attribute's unit",
        ("together",),
    ),
    "runner_up": About(
        "a list of 4 to 12 members and an attribute meant for places, whose first, second and third are set apart",
        f"{_FAN}; maximum; leave it out; maximum of the rest; the member that has it",
        "entity",
        ("superlative", "runner_up"),
    ),
    "lead": About(
        "a list of 4 to 12 members meant for spreads and an attribute meant for places, the first and second set apart",
        f"{_FAN}; maximum; leave it out; maximum of the rest; subtract",
        "number in the attribute's unit",
        ("superlative", "lead"),
    ),
    "spread": About(
        "a list of 3 to 12 members and an attribute, both meant for spreads",
        f"{_FAN}; maximum and minimum by the statistics tool; subtract",
        "number in the attribute's unit",
        ("spread",),
    ),
    "median": About(
        "a list of 5 to 12 members and a ratio-scale attribute, both meant for averages",
        f"{_FAN}; median by the statistics tool",
        "number in the attribute's unit",
        ("median",),
    ),
    "select": About(
        "a list of 4 to 12 members and an attribute, both meant for limits",
        f"{_FAN}; filter above a round limit",
        "set",
        ("select",),
    ),
    "proportion": About(
        "a list of 8 to 12 members meant for proportions, and an attribute meant for limits",
        f"{_FAN}; filter above a round limit; count both; percent_of",
        "number in percent",
        ("proportion",),
    ),
    "above_average": About(
        "a list of 4 to 12 members and a ratio-scale attribute, both meant for averages",
        f"{_FAN}; mean by the statistics tool; filter above it",
        "set",
        ("above_average",),
    ),
    "share": About(
        "a named member of a list of 4 to 12, and an attribute that adds up, both meant for shares",
        f"{_FAN}; sum by the statistics tool; percent_of",
        "number in percent",
        ("part",),
    ),
    "versus_average": About(
        "a named member of a list of 4 to 12 and an attribute, both meant for averages, or factors if not in percent",
        f"{_FAN}; mean by the statistics tool; percent_change from it to the member's, or subtract",
        "number in percent or percentage points, signed",
        ("versus_average",),
    ),
    "total_claim": About(
        "a list of 3 to 12 members and an attribute that adds up, both meant for totals, no parts of a whole; half of "
        "the claims are wrong",
        f"{_FAN}; sum by the statistics tool; compare with a round limit",
        "boolean",
        ("total_claim",),
    ),
    "profile": About(
        "a list with an attribute meant as a pivot, whose superlative member has two further fields, one of its topic",
        f"{_FAN}; argmax; two fields of that member; record",
        "record",
        ("superlative", "profile"),
    ),
    "conversion": About(
        "a list whose superlative attribute has a unit that other people measure in otherwise",
        f"{_FAN}; argmax; the highest value; the conversion tool",
        "number in the other unit",
        ("superlative", "conversion"),
    ),
    "nested": About(
        "a list whose members have lists of another kind of thing worth going into, measured alike: families, genera",
        f"{_FAN}; argmax; the list of that member; attribute of each; argmax",
        "entity",
        ("superlative", "nested"),
    ),
    "chain": About(
        "an entity that people describe by another, and a field that fits the description",
        "the relation; a field of what it leads to",
        "a field's type",
        ("chain",),
    ),
    "in_both": About(
        "two complete lists of one kind of thing, meant to be set against each other, that overlap in 2 to 12 members, "
        "neither inside the other",
        "both lists; common; then an attribute of each and argmax",
        "set, then entity",
        ("in_both", "in_both_best"),
    ),
    "only_in_one": About(
        "two complete lists of one kind of thing, meant to be set against each other, that share at least three "
        "members and half of the shorter, with 2 to 12 members in the first list only",
        "both lists; without",
        "set",
        ("only_in_one",),
    ),
    "two_groups": About(
        "two lists of 3 to 12 members, of two named groups of one kind that people contrast and that lie next to each "
        "other, without common members",
        "both lists; attribute of each member; sum or mean of either by the statistics tool; divide or percent_change",
        "number",
        ("groups_total", "groups_average"),
    ),
}
"""Frames that a module of this package builds over the pool's types."""

DECLARED: dict[str, About] = {
    "conditional": About(
        "of two options the one with more is gone into",
        "the figure of both; argmax; something further of the one picked",
        "a field's type",
    ),
    "purchase": About(
        "something is bought, invoiced, shipped or paid for",
        "prices, taxes and rates looked up; multiplied, added, converted",
        "number of money",
    ),
    "offers": About(
        "two offers, plans, places or days set side by side in money",
        "cost or yield of each, computed alike; subtract",
        "number of money, signed",
    ),
    "valuation": About(
        "money over time: returns, loans, bonds, options, depreciation",
        "quotes, rates and terms looked up; a finance tool; arithmetic",
        "number of money or percent",
    ),
    "pick": About(
        "a list or several options of which one stands out by a figure",
        "the figure of each; argmax or argmin; something further of the one picked",
        "number",
    ),
    "limit": About(
        "something has to fit into a budget, a room, a stock or a legal limit",
        "limit and need looked up or computed; divided, rounded to whole units",
        "number",
    ),
    "schedule": About(
        "a deadline, delivery or event by the rules of calendars",
        "holidays, sessions or phases looked up; dates shifted, counted",
        "date or number of days",
    ),
    "clock": About(
        "a time of day in one place, or the time between two moments",
        "places and their clocks or skies looked up; times computed",
        "time or duration",
    ),
    "protocol": About(
        "how much to weigh, dilute, dose, infuse or run",
        "properties looked up; concentrations, masses, volumes, doses computed in the order of the work",
        "number with unit",
    ),
    "quantity": About(
        "a quantity that follows by a formula from looked-up constants and given measurements",
        "constants looked up; the formula's tools in turn",
        "number with unit",
    ),
    "change": About(
        "by how much something moved between two dates, or from before to after",
        "the same quantity twice; subtract or percent_change, signed",
        "number, signed",
    ),
    "what_if": About(
        "what one altered assumption does to a result",
        "the computation twice, with and without the change; their difference",
        "number, signed",
    ),
    "estimate": About(
        "a statistic or a risk from counts or samples: tests, intervals, sizes of studies",
        "counts given or looked up; statistics tools in turn",
        "number",
    ),
    "score": About(
        "a published score, index or class of a case",
        "measurements converted; the rule's tools in turn",
        "number or record",
    ),
    "resolve": About(
        "what stands behind a name, code or description",
        "one or more look-ups, each with what the one before gave",
        "entity, text or set",
    ),
}
"""Forms that scenarios take beside those by rule."""

ABOUT: dict[str, About] = {**BY_RULE, **DECLARED}

FRAME_OF = {
    "argmax": "superlative",
    "argmin": "superlative",
    "ascending": "rank",
    "descending": "rank",
    "within": "select",
    "above": "select",
    "difference": "difference",
    "percent": "excess",
    "ratio": "ratio",
    "days": "schedule",
    "compare": "claim",
    "total": "together",
    "mean": "aggregate",
    "share": "share",
    "budget": "limit",
    "left": "limit",
    "minimum": "pick",
    "maximum": "pick",
    "spread": "spread",
}
"""The frame that each form of a scenario's variation stands for (`records.exemplars.Form`)."""
