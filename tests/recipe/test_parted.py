"""Texts that are near meet in a part, whatever the parts; and each part has its share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.recipe.dedup import near_texts
from builder.recipe.parted import MEETINGS, parts_of
from builder.recipe.patterns import normal_text
from tests.benchmarks import made


def found(texts: list[str], about: int) -> set[tuple[int, int, float]]:
    pairs = set()
    for part in parts_of([texts[:100], texts[100:]], len(texts), about):
        places = part.tolist()
        near = near_texts([texts[place] for place in places])
        pairs |= {(places[a], places[b], score) for a, b, score in near.pairs}
    return pairs


@pytest.mark.parametrize("entities", [0, 200])
def test_nearly_all_pairs_are_found_in_parts(entities: int) -> None:
    texts = list(dict.fromkeys(normal_text(text.text) for text in made.texts(3000, entities)))
    whole, parted = set(near_texts(texts).pairs), found(texts, 1000)
    assert len(whole) > 100
    assert len(whole - parted) <= 0.02 * len(whole)


def test_parts_are_about_as_large_as_asked() -> None:
    texts = [normal_text(text.text) for text in made.texts(4000, 0)]
    parts = list(parts_of([texts], len(texts), 2000))
    assert len(parts) == MEETINGS * 4000 // 2000
    assert max(map(len, parts)) < 3000
    assert len(np.unique(np.concatenate(parts))) == len(texts)
    with pytest.raises(ValueError, match="4000 texts, not 5"):
        list(parts_of([texts], 5))


@given(st.lists(st.text("ab ", max_size=6), max_size=8))
def test_every_text_is_in_some_part_also_without_words(texts: list[str]) -> None:
    for about in (1, 3, 100):
        parts = list(parts_of([texts], len(texts), about))
        assert sorted({place for part in parts for place in part.tolist()}) == list(range(len(texts)))
