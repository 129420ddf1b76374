"""Frames: their wordings are whole, and their walks choose what a reader would ask."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, get_args

import pytest

from builder.errors import DerivationError, Refused, SpecError
from builder.prompts import phrases
from builder.recipe.atlas import Atlas, Edge
from builder.recipe.derivation import replay
from builder.recipe.frames import FRAMES, Candidate, base, chains, contrasts, figures, grounds, limits, overlaps, uses
from builder.recipe.frames.about import ABOUT, BY_RULE, DECLARED, FRAME_OF
from builder.recipe.frames.forms import LEAST, PIECES, REGISTERS, SHARES, check_forms, forms, share
from builder.recipe.frames.pairs import FACTORS, NEAR_FACTOR, comparative
from builder.recipe.synthesis import synthesize
from builder.recipe.view import PoolView
from builder.recipe.wording import describable, slots_in
from builder.records.derivations import AnswerSpec, MapStep, OpStep, Ref
from builder.records.tasks import Task
from builder.records.tools import Call, Use
from builder.resources import tool_specs_dir
from builder.testing.draws import aimed_draws
from builder.testing.tasks import general_executor
from builder.tools.driver import drive

EXECUTOR = general_executor()
POOL = EXECUTOR.pool

DRAWS = 15

FAULT = re.compile(r"[{}]|\b(\w+) \1\b(?<!that that)|\bits number of its\b|\) \(in ")

KINDS = {
    "superlative": None,
    "count": {"number"},
    "aggregate": {"number"},
    "identify": {"entity"},
    "compare": {"entity", "number"},
    "rank": {"list"},
    "report": {"record"},
    "ratio": {"number"},
    "excess": {"number"},
    "difference": {"number"},
    "claim": {"boolean"},
    "together": {"number"},
    "runner_up": {"entity"},
    "lead": {"number"},
    "spread": {"number"},
    "median": {"number"},
    "select": {"set"},
    "proportion": {"number"},
    "above_average": {"set"},
    "share": {"number"},
    "versus_average": {"number"},
    "total_claim": {"boolean"},
    "profile": {"record"},
    "conversion": {"number"},
    "nested": {"entity"},
    "chain": None,
    "in_both": {"set", "entity"},
    "only_in_one": {"set"},
    "two_groups": {"number"},
}
"""Kinds of answer of each frame; None where the answer is whatever field is asked last."""

LEAST_TASKS = {
    "identify": 1,
    "nested": 1,
    "in_both": 1,
    "only_in_one": 1,
    "two_groups": 1,
    "above_average": 2,
    "total_claim": 1,
    "excess": 2,
}
"""Tasks of these draws that at least come of a frame: hard ones are refused more often. By default four."""


@cache
def atlas() -> Atlas:
    return Atlas(POOL)


@cache
def candidates(name: str) -> tuple[Candidate, ...]:
    return tuple(FRAMES[name].candidates(atlas()))


@cache
def sample(name: str) -> tuple[Task, ...]:
    found = []
    for draw in aimed_draws(POOL, atlas(), f"frame.{name}", DRAWS, 2):
        made = drive(synthesize(draw, POOL, atlas(), 2, 3, EXECUTOR.key), EXECUTOR)
        if made.task is not None:
            found.append(made.task)
    return tuple(found)


def edge_ids(candidate: Candidate) -> Iterator[str]:
    yield from candidate.edges.values()


def test_the_shipped_forms_are_whole() -> None:
    assert check_forms(phrases("frames")) == []


@pytest.mark.parametrize("name", sorted(PIECES))
def test_every_frame_has_six_forms_in_three_registers(name: str) -> None:
    assert len({text for _, text in forms(name)}) >= LEAST
    assert {register for register, _ in forms(name)} == set(REGISTERS)
    assert all(text.endswith((".", "?", "{ask}")) for _, text in forms(name))


@pytest.mark.parametrize("name", sorted(name for name, pieces in PIECES.items() if "members" in pieces))
def test_every_frame_over_a_list_has_a_place_for_a_description(name: str) -> None:
    clear = describable(forms(name), "members", strict=True)
    assert len({register for register, _ in clear}) >= 2


def test_faults_of_a_wording_file_are_reported_together() -> None:
    table = dict(phrases("frames"))
    table["rank.plain"] = ("Sort {all}.", "Sort {all} by {head} and {size}.")
    table["rank.formal"] = table["rank.reason"] = ()
    table["shares.quiz"] = ("1",)
    table["shares.rank"] = ("none",)
    del table["shares.claim"]
    table["quiz.plain"] = ("What?",)
    del table["pair.reason"]
    text = "\n".join(str(problem) for problem in check_forms(table))
    for fault in (
        "lacks {head}",
        "places {size}",
        "rank: fewer than 6",
        "quiz.plain: no frame",
        "pair.reason: missing",
        "shares.quiz: no frame by rule",
        "shares.rank: expected a whole number above 0, found ('none',)",
        "shares.claim: missing",
    ):
        assert fault in text
    assert "prompts/frames.toml" in str(SpecError(check_forms(table)))


def test_shares_that_do_not_add_up_are_reported() -> None:
    table = {**phrases("frames"), "shares.rank": (str(share("rank") + 3),)}
    assert [str(problem) for problem in check_forms(table)] == [
        "prompts/frames.toml: shares: the shares add up to 103, expected 100 (correct one or more of them)"
    ]


def test_the_catalogue_is_whole() -> None:
    assert set(BY_RULE) == set(FRAMES) == {key.removeprefix(SHARES) for key in phrases("frames") if SHARES in key}
    assert not set(BY_RULE) & set(DECLARED)
    assert len(FRAMES) >= 24
    assert {form for about in BY_RULE.values() for form in about.forms} == set(PIECES)
    assert set(FRAME_OF.values()) <= set(ABOUT)
    assert set(KINDS) == set(FRAMES)


def test_every_declared_form_has_an_exemplar() -> None:
    used = {part.frame for scenario in POOL.scenarios.values() for part in scenario.rounds}
    assert set(DECLARED) <= used <= set(ABOUT)


@pytest.mark.parametrize("name", sorted(FRAMES))
def test_tasks_of_a_frame_hold(name: str) -> None:
    tasks = [task for task in sample(name) if task.frame == name]
    assert len(tasks) >= LEAST_TASKS.get(name, 4)
    for task in tasks:
        kinds = KINDS[name]
        assert kinds is None or task.answer.spec.kind in kinds
        assert slots_in(task.question) == set()
        assert drive(replay(task), EXECUTOR) is None


@pytest.mark.parametrize("name", sorted(FRAMES))
def test_a_round_that_stands_for_another_frame_says_so(name: str) -> None:
    assert {task.frame for task in sample(name)} <= {name, "superlative", "compare", "chain"}


@pytest.mark.parametrize("name", sorted(FRAMES))
def test_every_frame_has_candidates_that_name_their_tools(name: str) -> None:
    assert candidates(name)
    for candidate in candidates(name):
        tools = {atlas().edges[identity].tool for identity in edge_ids(candidate) if identity}
        group = atlas().edges[candidate.edges["group"]].tool if "group" in candidate.edges else None
        assert tools - {group} <= set(candidate.tools)


@pytest.mark.parametrize("name", sorted(FRAMES))
def test_questions_read_as_sentences(name: str) -> None:
    for task in sample(name):
        assert not FAULT.search(task.question), task.question
        assert task.question.count("?") <= 2


def test_a_hub_is_described_only_for_what_it_is_known_for() -> None:
    companies = [edge for edge in atlas().describers["country"] if edge.subject == "company"]
    assert companies and companies[0].returned.topic == "money"
    assert base.reason_for(atlas(), companies[0], "country", {"money"})
    assert not base.reason_for(atlas(), companies[0], "country", {"demography"})
    assert not base.reason_for(atlas(), companies[0], "country", {"money", "demography"})
    for name in ("superlative", "count", "aggregate"):
        for candidate in candidates(name):
            if "relation" in candidate.edges:
                relation, members = (atlas().edges[candidate.edges[role]] for role in ("relation", "list"))
                about_countries = members.subject == "country"
                assert not (about_countries and relation.subject == "company" and members.returned.topic != "money")


def test_nothing_is_averaged_that_nobody_decides_by() -> None:
    for candidate in candidates("aggregate"):
        field = edge(candidate, "attribute").returned
        kind = POOL.types[field.type]
        assert kind.scale == "ratio" and kind.name != "count"
        assert field.uses is None or {"average", "total", "share"} & set(field.uses)


def edge(candidate: Candidate, role: str) -> Edge:
    return atlas().edges[candidate.edges[role]]


def used(name: str, *roles: str) -> set[tuple[str, ...]]:
    """Edges of a frame's candidates in these roles."""
    return {tuple(candidate.edges[role] for role in roles) for candidate in candidates(name)}


PROFILE, GAPMINDER = "general.countries.country_profile", "general.gapminder.gapminder_2013"
SUBREGION = "general.countries.subregion_countries#countries"
NEIGHBOURS = "general.countries.country_neighbours#neighbours"


@pytest.mark.parametrize(
    ("name", "role", "field"),
    [
        # "the member country that covers the largest area: what is its capital?" picks for the sake of picking
        ("superlative", "second", f"{PROFILE}#capital"),
        ("profile", "attribute", "academic.elements.element_properties#ionization_energy"),
        # "Which ion of ytterbium is the second largest?" mixes charges and coordinations
        ("runner_up", "attribute", "academic.ions.ionic_radius#radius"),
        ("runner_up", "attribute", "biological.transcription_factors.binding_motif#information"),
        ("lead", "attribute", "academic.greenhouse_gases.greenhouse_gas_profile#lifetime"),
        # "by what percentage is the life expectancy of Melanesia above that of Central Asia"
        ("two_groups", "attribute", f"{GAPMINDER}#life_expectancy_2013"),
        ("versus_average", "attribute", f"{GAPMINDER}#life_expectancy_2013"),
        # "the average population of Western Europe", Monaco counted like Germany
        ("above_average", "attribute", f"{PROFILE}#population"),
        ("share", "attribute", f"{PROFILE}#area_km2"),
        # "how many elements of group 16 melt above 200 kelvin"
        ("count", "attribute", "academic.elements.element_properties#melting_point"),
        ("rank", "attribute", "medical.phenotypes.gene_phenotypes#phenotype_count"),
        ("rank", "attribute", "biological.genes.gene_location#length"),
        ("claim", "attribute", "medical.phenotypes.organ_system_profile#gene_count"),
        ("compare", "attribute", "medical.comorbidity.elixhauser_measure_profile#mortality_weight"),
        ("excess", "attribute", "medical.hcc.hcc_profile#community_factor"),
        ("ratio", "attribute", "medical.equivalents.opioid_conversion_factor#factor"),
        ("chain", "attribute", "financial.vat.company_register#vat_number_format"),
        ("report", "attribute", "biological.cytogenetics.cytoband_profile#gene_count"),
        # 25% is not one and a quarter times 20%, it is five points more
        ("ratio", "attribute", "financial.vat.vat_rates#standard_rate"),
        # "What is the range of the melting point over group 9?"
        ("spread", "attribute", "academic.elements.element_properties#melting_point"),
        # "the median area of the countries bordering Albania"
        ("median", "attribute", f"{PROFILE}#area_km2"),
        # "Can you tell me the geographic latitude of the city that DLC serves?"
        ("chain", "attribute", "general.countries.city_profile#latitude"),
        # the heaviest isotope is that of the highest number
        ("superlative", "attribute", "academic.elements.isotope_profile#atomic_mass"),
        # "Which calling code has the most populous of them?"
        ("superlative", "second", f"{PROFILE}#calling_code"),
        # "the number of inclusion terms of F06.34"
        ("report", "attribute", "medical.icd10cm.icd10cm_coding_notes#inclusion_count"),
    ],
)
def test_no_frame_does_with_a_field_what_nobody_does(name: str, role: str, field: str) -> None:
    assert field not in {candidate.edges.get(role) for candidate in candidates(name)}


@pytest.mark.parametrize(
    ("name", "members"),
    [
        # "the share of Slovakia in the total population of the countries bordering Poland"
        ("share", NEIGHBOURS),
        ("median", NEIGHBOURS),
        # the neighbours of Egypt, who have nothing in common but Egypt
        ("together", NEIGHBOURS),
        # "the member countries of the Rhine commission by VAT rate", "Dutch-speaking countries by area"
        ("superlative", "general.locales.language_countries#countries"),
        # "genes of cerebellar hemorrhage without those of hippuric acid in urine"
        ("only_in_one", "medical.phenotypes.phenotype_genes#genes"),
        ("only_in_one", "academic.literary_network.characters_met#characters"),
        ("in_both", "biological.genetic_codes.reassigned_codons#codons"),
        # the list holds well-known peptides, and nobody can tell which those are
        ("superlative", "biological.peptides.peptides_of_gene#peptides"),
        # "the Economic Cooperation Organization against the Portuguese-speaking community"
        ("two_groups", "general.country_groups.group_members#countries"),
        # "the broader terms of one phenotype that are subtypes of another"
        ("in_both", "medical.phenotypes.phenotype_ancestors#broader_terms"),
    ],
)
def test_no_frame_goes_over_a_list_as_nobody_does(name: str, members: str) -> None:
    assert members in atlas().edges
    assert members not in {candidate.edges.get("list", candidate.edges.get("group")) for candidate in candidates(name)}


def test_peers_are_of_a_group_in_which_people_compare() -> None:
    groups = {each.id for each in base.groups(atlas(), atlas().edges[f"{PROFILE}#area_km2"])}
    assert {SUBREGION, NEIGHBOURS} <= groups
    # Ecuador, Micronesia and Timor Leste have the US dollar in common, and nothing to be ranked by.
    assert not [each for each in groups if "currency" in each]
    # Solvents by the hundred belong to no group: any few of them are a random few.
    assert "academic.compounds.compound_phase_points#melting_point" not in {
        each for (each,) in used("rank", "attribute")
    }


def test_users_of_a_currency_are_looked_into_by_size_and_not_by_births() -> None:
    users, births = ("general.countries.currency_countries#countries", f"{GAPMINDER}#fertility_2013")
    made = edge_of(users, topic="public health"), edge_of(users, topic="demography")
    members = atlas().edges[users]
    assert [grounds.looked_into(members, each) for each in made] == [False, True]
    assert (users, births) not in used("superlative", "list", "attribute")


def test_what_a_list_is_about_are_topics_of_fields() -> None:
    topics = {field.topic for spec in POOL.declared.values() for field in spec.returns.values()}
    declared = {topic for each in atlas().edges.values() for topic in each.returned.about or ()}
    assert declared and declared <= topics
    assert not [each.id for each in atlas().edges.values() if each.returned.about and not each.returned.many]


def edge_of(identity: str, **declared: Any) -> Edge:
    """An edge with other declarations."""
    found = atlas().edges[identity]
    return replace(found, returned=found.returned.model_copy(update=declared))


def test_what_a_spec_does_not_declare_may_be_done() -> None:
    area = edge_of(f"{PROFILE}#area_km2", uses=None)
    assert uses.meant_for(area, "average") and uses.averaged(area, POOL)
    assert not uses.meant_for(edge_of(f"{PROFILE}#area_km2", uses=()), "pick")


@pytest.mark.parametrize(
    ("does", "use"),
    [
        (uses.multiplied, "factor"),
        (uses.addable, "total"),
        (uses.shared_out, "share"),
        (uses.averaged, "average"),
        (uses.subtracted, "gap"),
        (uses.spread_out, "spread"),
    ],
)
def test_what_a_spec_declares_is_all_that_is_done(does: Callable[[Edge, PoolView], bool], use: str) -> None:
    every = get_args(Use)
    assert does(edge_of(f"{PROFILE}#area_km2", uses=every), POOL)
    others = tuple(each for each in every if each != use)
    assert not does(edge_of(f"{PROFILE}#area_km2", uses=others), POOL)


def test_parts_of_a_whole_are_not_added_up() -> None:
    slots = {
        "~subject": "331",
        "list": "financial.classifications.industry_parts#parts",
        "attribute": "financial.classifications.industry_profile#national_industry_count",
    }
    ground = grounds.Ground(atlas(), slots)

    def divided() -> Any:
        _, values = yield from ground.measure()
        return (yield from ground.divided(values))

    assert drive(divided(), EXECUTOR) is True
    around = grounds.Ground(atlas(), {"~subject": "Chad", "list": NEIGHBOURS, "attribute": f"{PROFILE}#area_km2"})
    ground = around
    assert drive(divided(), EXECUTOR) is False


@pytest.mark.parametrize(
    ("phrase", "short"),
    [
        ("the area of {p2}", "that of {p2}"),
        ("the length of a trading session on {p2}", "that on {p2}"),
        ("the number of residues in human {p2}", "that in human {p2}"),
        ("the lower flammable limit of {p2} in air", "that of {p2}"),
        ("the number of characters whom {p2} meets", "the number of characters whom {p2} meets"),
    ],
)
def test_the_second_of_two_says_its_noun_no_more(phrase: str, short: str) -> None:
    assert base.that_of(phrase) == short


def test_the_second_of_two_lists_of_one_kind_says_its_noun_no_more() -> None:
    assert overlaps.those("OMIM diseases annotated with {other}") == "those annotated with {other}"
    assert overlaps.those("suppliers that REBASE lists for {other}") == "those that REBASE lists for {other}"
    assert base.tidy("not among the those bordering {other}") == "not among those bordering {other}"


@pytest.mark.parametrize(
    ("decimals", "value", "given", "asked"),
    [
        (6, 463.444444, (), 1),
        (4, 0.2546, (), 4),
        (2, 2.5, (25.5, 23.0), 1),
        (0, 5.0, (), 0),
        (None, 5, (), None),
    ],
)
def test_a_figure_is_asked_for_with_the_digits_that_people_say(
    decimals: int | None, value: float, given: tuple[float, ...], asked: int | None
) -> None:
    spec = AnswerSpec(kind="number", type="number", decimals=decimals)
    assert base.said(spec, value, *given).decimals == asked


def test_masses_of_isotopes_keep_their_decimals() -> None:
    spec = AnswerSpec(kind="number", type="isotope_mass", decimals=6, unit="u")
    assert base.said(spec, 151.919741).decimals == 4


def test_whole_numbers_are_asked_for_whole() -> None:
    # "the longest duration of action, in hours, to one decimal place": 36
    assert base.said(AnswerSpec(kind="number", type="hours_elapsed", decimals=1), 36).decimals is None


def test_a_unit_of_a_chain_stands_in_its_question() -> None:
    for task in sample("chain"):
        assert "Give it in" not in task.question


def test_years_are_neither_ranked_nor_divided() -> None:
    years = [
        candidate for candidate in candidates("rank") if uses.yearly(atlas().edges[candidate.edges["attribute"]], POOL)
    ]
    assert years == []
    for task in sample("compare"):
        attribute = re.search(r"\byear of|founded|joined|adopted", task.question)
        assert attribute is None or len(task.rounds) == 1


def test_peers_are_different_and_of_one_group() -> None:
    for name in ("compare", "rank"):
        least, most = FRAMES[name].peers
        for task in sample(name):
            fan = next(step for step in task.derivation.steps if isinstance(step, MapStep))
            assert isinstance(fan.over, tuple) and least <= len(fan.over) <= most
            assert len({str(item) for item in fan.over}) == len(fan.over)


def picks(task: Task) -> bool:
    """Whether the answer is the pick itself."""
    answer = task.derivation.answer
    last = next(step for step in task.derivation.steps if isinstance(answer, Ref) and step.id == answer.step)
    return isinstance(last, OpStep) and last.op in ("argmax", "argmin")


def test_a_pick_is_followed_by_a_question_about_it() -> None:
    tasks = (*sample("superlative"), *more("superlative", 60))
    deeper = [task for task in tasks if not picks(task)]
    assert deeper
    for task in deeper:
        assert re.search(r"\bthat [a-z]", task.question), task.question


def test_reports_hold_two_or_three_fields_and_never_their_starting_point() -> None:
    for task in sample("report"):
        if isinstance(task.answer.value, dict):
            assert 2 <= len(task.answer.value) <= 3
            assert all("(" not in name and " " not in name for name in task.answer.value)
            starts = [str(task.seed.value), task.seed.label]
            assert not [value for value in task.answer.value.values() if str(value) in starts]


def test_identification_needs_both_conditions() -> None:
    for task in sample("identify"):
        filters = [step for step in task.derivation.steps if isinstance(step, OpStep) and step.op == "filter"]
        assert len(filters) == 2


@pytest.mark.parametrize(
    ("values", "least"),
    [
        ([1, 2, 3, 40, 50], 1),
        ([120_000, 7_000_000, 46_000_000], 1),
        ([0.4, 0.9, 7.2, 11.5], 2),
    ],
)
def test_thresholds_are_round_and_split(values: list[Any], least: int) -> None:
    for seed in range(20):
        limit = limits.set_limit(values, random.Random(seed), least)
        above = [value for value in values if value > limit]
        assert least <= len(above) < len(values)
        assert len(str(limit).replace(".", "").strip("0")) <= 2
        assert all(abs(value - limit) > 0.02 * limit for value in values)
        if all(isinstance(value, int) for value in values):
            assert isinstance(limit, int)


def test_limits_of_falls_and_rises_leave_one_member() -> None:
    # Only what rose by more than 5, and is above 20, is a single one.
    changes, sizes = [-40, -20, 2, 4, 8, 9], [60, 50, 40, 3, 30, 1]
    low, high = limits.two_limits(list("abcdef"), changes, sizes, random.Random(1))
    assert low == 5 and 3 < high < 30


@pytest.mark.parametrize(
    ("limit", "is_said"), [(20, True), (-20, True), (-15, True), (250, True), (0, False), (0.85, False), (-35, False)]
)
def test_a_limit_is_said_in_one_breath_whatever_its_sign(limit: float, is_said: bool) -> None:
    assert limits._said(limit) is is_said


@pytest.mark.parametrize(
    "values",
    [
        [1, 1, 2, 3, 4, 4],  # "genera that have more than 3 named species"
        [-0.4, 0.1, 0.6, 0.9],  # "rose in price by more than 0.7% in 2025"
        [6.8, 7.1, 8.9, 9.4],  # "lasted more than 8 million years": 1, 2 and 5 with zeros, or none
    ],
)
def test_no_limit_is_set_that_nobody_sets(values: list[Any]) -> None:
    with pytest.raises(Refused, match="nobody sets"):
        limits.set_limit(values, random.Random(1), 1)


def test_options_of_a_scenario_are_split_by_any_round_number() -> None:
    # Doses in milligrams may well be split at 0.5.
    assert limits.threshold([0.2, 0.3, 0.9], random.Random(1)) == 0.5


def test_values_without_a_gap_have_no_threshold() -> None:
    assert limits.thresholds([1000, 1001, 1002]) == []


def test_the_ends_of_a_field_are_called_by_its_own_words() -> None:
    edges = atlas().edges
    assert base.extremes(edges["general.countries.country_profile#area_km2"]) == ("largest", "smallest")
    assert base.extremes(edges["academic.elements.element_properties#melting_point"]) == ("highest", "lowest")
    assert base.extremes(edges["academic.nuclear.radionuclide_half_life#half_life"]) == ("longest", "shortest")
    # Nothing has the longest length, and the largest change may be a fall.
    assert base.extremes(edges["biological.genes.gene_location#length"]) == ("greatest", "smallest")
    change = edge_of(f"{PROFILE}#area_km2", head="price change in 2025", highest="rose most in price in 2025")
    assert base.extremes(change) == ("highest", "lowest")
    assert [base.comparative_of(top) for top in ("highest", "largest", "longest")] == ["higher", "larger", "longer"]


def test_a_unit_is_said_unless_the_head_says_it() -> None:
    edges = atlas().edges
    assert base.unit_of(POOL, edges["general.countries.country_profile#area_km2"]) == " (in km²)"
    assert base.unit_of(POOL, edges["general.countries.country_profile#population"]) == ""
    assert base.unit_of(POOL, edges["academic.networks.graph_profile#vertices"]) == ""


def test_what_is_asked_next_is_of_the_topic_or_of_the_same_entry() -> None:
    found = [candidate for candidate in candidates("superlative") if "second" in candidate.edges]
    assert found
    for candidate in found:
        first, second = (atlas().edges[candidate.edges[role]] for role in ("attribute", "second"))
        assert first.returned.topic == second.returned.topic or first.tool == second.tool
        assert first.returned.type != second.returned.type


def test_two_brackets_become_one() -> None:
    assert base.tidy("residue volume (Perkins 1988) (in Å³)") == "residue volume (Perkins 1988, in Å³)"


def test_a_form_with_a_description_ends_before_a_mark() -> None:
    texts = (("plain", "How many {a} are there?"), ("plain", "Of the {a}, how many?"), ("formal", "{a} and {a}."))
    assert describable(texts, "a", strict=True) == (("plain", "Of the {a}, how many?"),)
    assert describable(texts[:1], "a", strict=False) == texts[:1]
    assert describable(texts[:1], "a", strict=True) == ()


@pytest.mark.slow
def test_claims_are_right_about_half_of_the_time() -> None:
    answers = [task.answer.value for name in ("claim", "total_claim") for task in more(name, 70)]
    assert len(answers) >= 40
    assert 0.35 <= sum(answers) / len(answers) <= 0.65


def more(name: str, count: int) -> list[Task]:
    made = (
        drive(synthesize(draw, POOL, atlas(), 7, 3, EXECUTOR.key), EXECUTOR)
        for draw in aimed_draws(POOL, atlas(), f"frame.{name}", count, 7)
    )
    return [found.task for found in made if found.task is not None]


def test_a_claimed_factor_is_near_the_real_one_and_never_at_it() -> None:
    least, most = NEAR_FACTOR
    factors = {value for value, _ in FACTORS}
    claimed = [task for task in (*sample("claim"), *more("claim", 25)) if len(task.rounds) > 1]
    assert claimed
    for task in claimed:
        limit = next(
            step.inputs["right"].literal  # type: ignore[union-attr]
            for step in task.derivation.steps
            if isinstance(step, OpStep) and step.op == "compare"
        )
        real = task.calls[-1].result["result"]
        assert limit in factors and least <= max(real / limit, limit / real) <= most


@pytest.mark.parametrize(
    ("higher", "than"),
    [
        ("charges the higher standard VAT rate", "charges a higher standard VAT rate"),
        ("had the higher inflation in 2025", "had higher inflation in 2025"),
        ("had the stronger job growth from 2007 to 2015", "had stronger job growth from 2007 to 2015"),
        ("is more abundant in the upper continental crust", "is more abundant in the upper continental crust"),
        ("has more inhabitants", "has more inhabitants"),
    ],
)
def test_a_comparative_of_two_becomes_one_of_a_claim(higher: str, than: str) -> None:
    assert comparative(higher) == than


def test_a_named_member_is_neither_end_nor_middle_of_its_list() -> None:
    for name in ("share", "versus_average"):
        for task in sample(name):
            own = next(s for s in task.derivation.steps if isinstance(s, OpStep) and s.op == "value_for")
            member = own.inputs["item"].literal  # type: ignore[union-attr]
            values = {
                value: call.result for call in task.calls for value in call.arguments.values() if isinstance(value, str)
            }
            statistics = next(c.result for c in task.calls if c.tool.endswith("describe_numbers"))
            ends = {statistics["maximum"], statistics["minimum"], statistics["median"]}
            assert ends.isdisjoint(v for v in values[member].values() if isinstance(v, (int, float)))


def test_the_second_place_is_set_apart_on_both_sides() -> None:
    for task in sample("runner_up"):
        if task.frame == "runner_up":
            others = next(c for c in reversed(task.calls) if c.tool.endswith("describe_numbers"))
            first, *rest = sorted(others.arguments["values"], reverse=True)
            assert first > rest[0]


def test_what_is_asked_of_a_pick_tells_it_from_the_others() -> None:
    edge = atlas().edges["general.countries.country_profile#continent"]
    near, far = ["Norway", "Sweden", "Denmark"], ["Norway", "Chad"]
    assert drive(base.tells_apart(edge, near), EXECUTOR) is False
    assert drive(base.tells_apart(edge, far), EXECUTOR) is True


def test_sums_and_averages_are_of_what_people_put_together() -> None:
    for name in ("share", "together", "total_claim"):
        for candidate in candidates(name):
            edge = atlas().edges[candidate.edges["attribute"]]
            assert POOL.types[edge.returned.type].additive and edge.returned.above
    for name in ("aggregate", "median", "above_average", "versus_average"):
        heads = [atlas().edges[candidate.edges["attribute"]].returned.head or "" for candidate in candidates(name)]
        assert not [head for head in heads if re.search(r"\b(average|mean|total|median)\b", head)]


def test_gains_and_falls_are_set_apart_by_no_factor() -> None:
    for name in ("ratio", "excess"):
        for candidate in candidates(name):
            head = atlas().edges[candidate.edges["attribute"]].returned.head or ""
            assert not re.match(r"(gain|fall|rise|change) ", head)


def test_two_lists_overlap_in_part() -> None:
    for name in ("in_both", "only_in_one"):
        for task in sample(name):
            op = next(s.op for s in task.derivation.steps if isinstance(s, OpStep) and s.op in ("common", "without"))
            assert op == ("common" if name == "in_both" else "without")
            if isinstance(task.answer.value, list):
                assert 2 <= len(task.answer.value) <= base.MEMBERS_MAX
                starts = {value for call in task.calls for value in call.arguments.values()}
                assert starts.isdisjoint(task.answer.value)


@pytest.mark.parametrize("values", [[10, 20, 30], [1_200_000, 3_400_000, 900_000], [0.5, 0.7, 0.9, 1.1]])
def test_a_claimed_total_is_round_and_can_be_right_or_wrong(values: list[float]) -> None:
    total, found = sum(values), set()
    for seed in range(30):
        try:
            limit = limits.total_limit(values, random.Random(seed))
        except Refused:
            continue
        found.add(total > limit)
        assert abs(total - limit) >= 0.045 * total
        assert len(str(limit).replace(".", "").strip("0")) <= 2
    assert found in ({True, False}, set())


def test_no_total_is_claimed_where_the_smallest_member_would_not_decide_it() -> None:
    with pytest.raises(Refused, match="both sides"):
        limits.total_limit([1, 1_000_000, 2_000_000], random.Random(1))


def test_a_list_of_nearly_all_members_is_not_asked_for() -> None:
    values = [1, 20, 300, 4000, 50_000, 600_000]
    for seed in range(10):
        limit = limits.set_limit(values, random.Random(seed), 2, 4)
        assert 2 <= sum(value > limit for value in values) <= 4


def walked(walk: Any) -> Any:
    return drive(walk, EXECUTOR)


def test_no_list_is_described_by_its_own_member() -> None:
    # "the elements of the periodic-table group that iridium belongs to" asked for iridium.
    atlas_ = atlas()
    members = atlas_.edges["academic.elements.elements_in_group#elements"]
    group = atlas_.edges["academic.elements.element_profile#group"]
    assert base.closes(members, group)
    for name, about in BY_RULE.items():
        assert about
        for candidate in candidates(name):
            if {"relation", "list"} <= set(candidate.edges):
                assert not base.closes(edge(candidate, "list"), edge(candidate, "relation"))


def test_only_what_is_meant_to_describe_describes() -> None:
    # "the number of countries that use the currency of Gabon" for the CFA franc
    told = {candidate.edges.get("relation") for name in FRAMES for candidate in candidates(name)}
    assert not told & {"financial.currencies.country_currency#currency", f"{PROFILE}#currency", f"{PROFILE}#subregion"}
    assert "medical.medicines.medicine_by_brand#medicine" in told


def test_populations_within_a_tenth_are_a_tie() -> None:
    people, area = atlas().edges[f"{PROFILE}#population"], atlas().edges[f"{PROFILE}#area_km2"]
    china, india = 1_392_730_000, 1_352_617_328
    view = atlas().view
    assert uses.tied(people, view, china, india) and not uses.tied(area, view, china, india)
    assert not uses.tied(atlas().edges["general.us.us_state_profile#statehood_year"], view, 1792, 1796)


def test_nothing_rose_most_where_all_fell() -> None:
    price, view = edge_of(f"{PROFILE}#area_km2", type="growth_percent"), atlas().view
    assert uses.moved_as_said(price, view, 0.54) and not uses.moved_as_said(price, view, -0.05)
    assert uses.moved_as_said(atlas().edges["academic.elements.element_properties#melting_point"], view, -4)


def test_the_base_of_a_price_change_is_said() -> None:
    for name in ("cpi_item_profile", "metro_area_profile"):
        for field in ("inflation_2025", "change_since_2015"):
            file = tool_specs_dir() / "financial" / "consumer_prices" / f"{name}.toml"
            words = tomllib.loads(file.read_text(encoding="utf-8"))["returns"][field]
            spoken = (words["head"], words["higher"], words["highest"], words["phrases"][0])
            assert all("annual average" in text for text in spoken), spoken


def test_one_list_is_taken_out_of_another_only_where_they_have_much_in_common() -> None:
    south = ["Argentina", "Bolivia", "Brazil", "Chile", "Colombia", "Ecuador", "Guyana", "Peru", "Suriname"]
    assert not overlaps.akin(south, ["Belgium", "Netherlands", "Suriname"])
    assert overlaps.akin(
        ["Algeria", "Egypt", "Libya", "Morocco", "Tunisia"], ["Algeria", "Libya", "Morocco", "Tunisia"]
    )


@pytest.mark.parametrize(
    ("left", "right", "touch"),
    [
        (["Fiji", "Papua New Guinea", "Vanuatu"], ["Kazakhstan", "Uzbekistan"], False),
        (["Mexico", "Panama"], ["Colombia", "Peru"], True),
    ],
)
def test_groups_are_set_side_by_side_where_they_touch(left: list[str], right: list[str], touch: bool) -> None:
    members = atlas().edges[SUBREGION]
    assert walked(contrasts.touch(atlas(), overlaps.Two(members, members, {}, left, right))) is touch


def test_countries_are_put_together_that_are_a_whole_group() -> None:
    for task in sample("together"):
        fan = next(step for step in task.derivation.steps if isinstance(step, MapStep))
        named = {item.literal for item in fan.over}  # type: ignore[union-attr]
        groups = [call.result for call in lists_of(named)]
        assert any(named == set(found["countries"]) for found in groups), named


def lists_of(countries: set[str]) -> Iterator[Any]:
    """Results of all lists of countries by group that might hold these."""
    for identity in (SUBREGION, "general.country_groups.group_members#countries"):
        members = atlas().edges[identity]
        for value in atlas().values(members.tool, members.parameter):
            found = EXECUTOR.execute(Call(members.tool, {members.parameter: value}))
            if found.value is not None and countries <= set(found.value["countries"]):
                yield _Listed(found.value)


@dataclass(frozen=True)
class _Listed:
    result: dict[str, Any]


def test_parts_of_the_largest_are_measured_like_the_largest() -> None:
    # "the family with the most genera; of its genera, the one with the most species"
    for candidate in candidates("nested"):
        assert chains.alike(edge(candidate, "attribute"), edge(candidate, "inner"))
    genera, species = (edge_of(f"{PROFILE}#area_km2", head=f"number of {what}") for what in ("genera", "named species"))
    assert not chains.alike(genera, species) and chains.alike(species, species)


def test_two_conditions_are_of_one_entry() -> None:
    # "more than 400,000 square kilometres and a life expectancy above 70"
    for candidate in candidates("identify"):
        assert edge(candidate, "attribute").tool == edge(candidate, "second").tool


def test_there_is_no_half_inhabitant() -> None:
    slots = {
        "~subject": "East African Community",
        "list": "general.country_groups.group_members#countries",
        "attribute": f"{PROFILE}#population",
    }
    with pytest.raises(Refused, match="half an inhabitant"):
        walked(figures.median(atlas(), slots, random.Random(1)))


def test_nobody_gives_the_share_of_next_to_nothing() -> None:
    slots = {
        "~subject": "GBP",
        "list": "financial.currencies.currency_users#countries",
        "attribute": f"{PROFILE}#population",
    }
    with pytest.raises(Refused, match=r"all but nothing|end or the middle"):
        walked(figures.share(atlas(), slots, random.Random(1)))


def test_a_percentage_is_of_more_than_a_handful() -> None:
    assert FRAMES["proportion"].least == 8


def test_unknown_fields_of_a_walk_are_refused_not_filled() -> None:
    edge = atlas().edges["general.countries.country_profile#population"]
    with pytest.raises((Refused, DerivationError), match="needs more than"):
        base.named("the {field} of {country}", edge.parameter, "subject")


def test_percentages_differ_by_percentage_points() -> None:
    found = [task for name in ("difference", "lead", "spread", "compare") for task in sample(name)]
    said = {task.answer.spec.unit for task in found if "percentage point" in task.question}
    assert said == {"percentage points"}
    assert all("percentage point" in task.question for task in found if task.answer.spec.unit == "percentage points")
