"""Near-duplicate texts against a comparison of all pairs, and what a blind text gets."""

from __future__ import annotations

import random
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.recipe.dedup import MOST_COMMON, THRESHOLD, near_texts, repeats


def all_pairs(texts: list[str], threshold: float = THRESHOLD) -> dict[tuple[int, int], float]:
    sets = [set(pairwise(text.split(" "))) for text in texts]
    found = {}
    for (i, first), (j, second) in combinations(enumerate(sets), 2):
        if (common := len(first & second)) and common >= threshold * (len(first) + len(second) - common):
            found[i, j] = common / (len(first) + len(second) - common)
    return found


def texts(count: int, entities: int, seed: int = 0) -> list[str]:
    """Forms with entities put in; one text in ten is an earlier one with a few words changed."""
    rng = random.Random(seed)
    forms = [[f"w{rng.randrange(400)}" for _ in range(rng.randint(20, 60))] for _ in range(40)]
    made: list[list[str]] = []
    for _ in range(count):
        words = rng.choice(made if made and rng.random() < 0.1 else forms).copy()
        changes = len(words) // 3 if words in forms else max(1, len(words) // 20)
        for _ in range(changes):
            words[rng.randrange(len(words))] = f"e{rng.randrange(entities)}"
        made.append(words)
    return [" ".join(words) for words in made]


@pytest.mark.parametrize("entities", [100, 1_000_000], ids=["reused", "fresh"])
def test_what_is_found_is_exact_and_little_is_missed(entities: int) -> None:
    made = texts(700, entities)
    expected = all_pairs(made)
    found = {(a, b): score for a, b, score in near_texts(made).pairs}
    assert len(expected) > 50
    assert found == pytest.approx({pair: expected[pair] for pair in found})
    assert len(found) >= 0.97 * len(expected)


def test_a_crowd_of_one_text_is_found_without_rare_words() -> None:
    """Each triple stands in more texts than count as rare: only MinHash can see these."""
    form = [f"w{number}" for number in range(40)]
    crowd = [" ".join([*form[:i], "other", *form[i + 1 :]]) for i in range(MOST_COMMON + 6)]
    found = near_texts(crowd)
    assert found.blind == len(crowd)
    assert {kept for kept, _ in repeats([f"t{i:02d}" for i in range(len(crowd))], found.pairs).values()} == {"t00"}


def test_texts_without_words_and_a_single_text_are_no_pairs() -> None:
    assert near_texts(["", "", "one", "one two"]).pairs == ()
    assert near_texts(["one two three"]).pairs == near_texts([]).pairs == ()


def test_texts_of_the_same_word_pairs_reach_a_threshold_of_one() -> None:
    """The look before the comparison lets through what only just reaches the threshold, however often pairs repeat."""
    assert near_texts(["a b a b a", "b a b", "a b c"], threshold=1.0).pairs == ((0, 1, 1.0),)


def test_order_changes_positions_only() -> None:
    made = texts(300, 50)
    order = list(range(300))
    random.Random(2).shuffle(order)
    back = {place: number for number, place in enumerate(order)}
    there = {frozenset(pair[:2]) for pair in near_texts([made[i] for i in order]).pairs}
    assert there == {frozenset((back[a], back[b])) for a, b, _ in near_texts(made).pairs}


small = st.lists(st.lists(st.sampled_from(["", "a", "b", "c", "dé"]), max_size=8).map(" ".join), max_size=12)


@given(small, st.sampled_from([0.3, THRESHOLD, 1.0]), st.randoms())
def test_no_pair_is_made_up_and_none_depends_on_the_order(
    made: list[str], threshold: float, rng: random.Random
) -> None:
    found = near_texts(made, threshold)
    pairs = {(a, b): score for a, b, score in found.pairs}
    assert sorted(pairs) == [pair[:2] for pair in found.pairs]
    assert pairs.items() <= all_pairs(made, threshold).items()
    twins = {(made.index(text), n) for n, text in enumerate(made) if made.index(text) < n and " " in text}
    assert twins <= pairs.keys()
    order = list(range(len(made)))
    rng.shuffle(order)
    other = near_texts([made[n] for n in order], threshold)
    said = {frozenset({made[a], made[b]}): score for (a, b), score in pairs.items()}
    assert {frozenset({made[order[a]], made[order[b]]}): score for a, b, score in other.pairs} == said
    assert (other.blind, len(other.pairs)) == (found.blind, len(pairs))


def test_repeats_name_the_smallest_of_a_chain_and_the_best_similarity() -> None:
    found = repeats(["t2", "t3", "t1"], [(0, 1, 0.9), (0, 2, 0.7)])
    assert found == {"t2": ("t1", 0.9), "t3": ("t1", 0.9)}


@pytest.mark.parametrize("threshold", [0, -0.1, 1.5])
def test_a_threshold_out_of_range_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        near_texts(["a b", "a b"], threshold)
