"""The type graph of the shipped pool: what frames may ask about, and what feeds what."""

from __future__ import annotations

from builder.recipe.atlas import Atlas
from builder.testing.tasks import NEIGHBOURS, PROFILE, general_executor

POOL = general_executor().pool
ATLAS = Atlas(POOL)


def test_an_edge_takes_one_listed_entity_and_nothing_else_that_is_required() -> None:
    for edge in ATLAS.edges.values():
        spec = POOL.tools[edge.tool]
        required = [name for name, parameter in spec.parameters.items() if parameter.required]
        assert required == [edge.parameter] and POOL.listing_type(edge.subject) is not None
        assert edge.id == f"{edge.tool}#{edge.field}" and spec.returns[edge.field] is edge.returned
    assert f"{PROFILE}#population" in ATLAS.edges
    assert not any(edge.tool == "financial.ecb.ecb_reference_rate" for edge in ATLAS.edges.values())


def test_attributes_are_single_spoken_and_trusted() -> None:
    for edge in ATLAS.attributes:
        assert not edge.returned.many and edge.returned.answerable and not edge.returned.transparent
        assert edge.returned.ask or edge.returned.phrases
    assert f"{PROFILE}#population" in {edge.id for edge in ATLAS.attributes}


def test_what_is_not_to_be_asked_is_left_out() -> None:
    hidden = {edge.id for edge in ATLAS.edges.values() if not edge.returned.asked}
    assert "general.colors.color_profile#red" in hidden
    assert not hidden & {edge.id for edge in ATLAS.attributes}


def test_lists_are_complete_and_spoken() -> None:
    ids = {edge.id for edge in ATLAS.lists}
    assert f"{NEIGHBOURS}#neighbours" in ids
    cut = {edge.id for edge in ATLAS.edges.values() if edge.returned.many and not edge.returned.complete}
    assert cut and not cut & ids, "a cut list is no ground for a superlative"
    assert all(edge.returned.complete and edge.returned.members for edge in ATLAS.lists)


def test_a_description_leads_to_its_type_and_what_that_is() -> None:
    for kind, edges in ATLAS.describers.items():
        for edge in edges:
            assert kind in POOL.ancestors(edge.returned.type) and edge.returned.describes
            assert edge.subject != edge.returned.type


def test_values_are_covered_and_may_seed() -> None:
    tool = "financial.vat.vat_rates"
    covered = ATLAS.values(tool, "country")
    assert 20 < len(covered) < 60 and covered == sorted(covered)
    assert set(covered) <= set(ATLAS.seeds("country"))
    assert ATLAS.values(tool, "country") is covered, "asked for in every draw: made once"


def test_seeds_follow_a_condition() -> None:
    europe = ATLAS.seeds("country", "continent = 'Europe'")
    assert "France" in europe and "Peru" not in europe


def test_neighbours_feed_each_other() -> None:
    assert PROFILE in ATLAS.neighbours[NEIGHBOURS] and NEIGHBOURS in ATLAS.neighbours[PROFILE]
    assert all(tool not in others for tool, others in ATLAS.neighbours.items())


def test_what_a_tool_says() -> None:
    assert ("country", "population") in ATLAS.says[PROFILE]
    assert set(ATLAS.says) == set(POOL.tools)
