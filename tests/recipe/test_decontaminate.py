"""Hashes of texts and names: what counts as the same, and what does not."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from builder.recipe.decontaminate import WORDS, hash_of, text_hashes, tool_hashes

LONG = " ".join(f"word{number}" for number in range(20))


def kinds(text: str) -> dict[str, int]:
    found = [kind for kind, _ in text_hashes(text)]
    return {kind: found.count(kind) for kind in found}


def test_a_text_has_itself_and_each_run_of_thirteen_words() -> None:
    assert kinds(LONG) == {"exact": 1, "ngram": 20 - WORDS + 1}
    assert kinds("How far is it?") == {"exact": 1}
    assert kinds("  ?! ") == {}


def test_case_spacing_and_punctuation_do_not_count() -> None:
    assert set(text_hashes("How far is it\u00a0 to  Oslo?")) == set(text_hashes("how far, is it to OSLO"))
    assert set(text_hashes("It is 5 km")).isdisjoint(text_hashes("It is -5 km"))


def test_runs_are_found_inside_other_texts() -> None:
    inside = " ".join(LONG.split()[4 : 4 + WORDS])
    shared = set(text_hashes(f"Tell me: {inside}, please")) & set(text_hashes(LONG))
    assert [kind for kind, _ in shared] == ["ngram"]
    shorter = " ".join(LONG.split()[4 : 4 + WORDS - 1])
    assert not set(text_hashes(f"Tell me: {shorter}, please")) & set(text_hashes(LONG))


def test_tool_names_are_their_letters_and_digits() -> None:
    assert (
        set(tool_hashes("getWeather")) == set(tool_hashes("get_weather")) == {("tool", hash_of("tool", "getweather"))}
    )
    assert list(tool_hashes("_")) == []


def test_a_hash_is_as_the_documentation_says() -> None:
    # printf 'tool\\0getweather' | sha256sum | cut -c1-16
    assert f"{hash_of('tool', 'getweather'):016x}" == "de2d8433aed9800c"
    assert hash_of("exact", "getweather") != hash_of("tool", "getweather")


@settings(deadline=None)
@given(st.lists(st.text(min_size=1), max_size=20), st.sampled_from(["  ", ", ", "\n", "! "]))
def test_hashes_do_not_depend_on_what_stands_between_words(parts: list[str], between: str) -> None:
    assert list(text_hashes(between.join(parts))) == list(text_hashes(" ".join(parts)))
