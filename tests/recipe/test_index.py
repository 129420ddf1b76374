"""An index of texts against a comparison with all of them: what is found is exact, and whatever else is looked up."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.recipe.dedup import MOST_COMMON, THRESHOLD
from builder.recipe.index import Found, Index, Rules

Pairs = frozenset[tuple[str, str]]


def pairs(text: str) -> Pairs:
    return frozenset(zip(text.split(), text.split()[1:], strict=False))


def jaccard(first: Pairs, second: Pairs) -> float:
    return len(first & second) / len(first | second) if first | second else 0.0


def names(count: int, start: int = 0) -> list[str]:
    return [f"t{number:04d}" for number in range(start, start + count)]


def filled(texts: list[str], rules: Rules | None = None) -> Index:
    index = Index(rules or Rules())
    index.add(names(len(texts)), texts)
    return index


def texts(count: int, entities: int) -> list[str]:
    """Forms with entities put in; one text in five is an earlier one with a few words changed."""
    rng = random.Random(1)
    forms = [[f"w{rng.randrange(400)}" for _ in range(rng.randint(20, 60))] for _ in range(40)]
    made: list[list[str]] = []
    for _ in range(count):
        words = rng.choice(made if made and rng.random() < 0.2 else forms).copy()
        for _ in range(len(words) // 3 if words in forms else max(1, len(words) // 20)):
            words[rng.randrange(len(words))] = f"e{rng.randrange(entities)}"
        made.append(words)
    return [" ".join(words) for words in made]


def crowd(count: int) -> list[str]:
    """Texts that differ in one word each."""
    form = [f"w{number}" for number in range(60)]
    return [" ".join([*form[:place], f"other{place}", *form[place + 1 :]]) for place in range(count)]


@pytest.mark.parametrize("entities", [100, 1_000_000], ids=["reused", "fresh"])
@pytest.mark.parametrize("adds", [1, 5], ids=["at once", "bit by bit"])
def test_what_is_found_is_exact_and_little_is_missed(entities: int, adds: int) -> None:
    made = texts(600, entities)
    old, new = made[:500], made[500:]
    index = Index()
    for start in range(0, 500, 500 // adds):
        index.add(names(500 // adds, start), old[start : start + 500 // adds])
    stored = {name: pairs(text) for name, text in zip(names(500), old, strict=True)}
    scores = {(n, name): jaccard(pairs(new[n]), stored[name]) for n in range(len(new)) for name in stored}
    expected = {pair: score for pair, score in scores.items() if score >= THRESHOLD}
    found = {(n, name): score for n, name, score in index.find(new).earlier}
    assert len(expected) > 15
    assert found == pytest.approx({pair: expected[pair] for pair in found})
    assert len(found) >= 0.98 * len(expected)


def test_a_text_alone_in_the_index_is_found_by_its_near_copy() -> None:
    """Its triples occur once, and nothing tells which of them an edit will leave alone."""
    words = [f"w{number}" for number in range(50)]
    edited = [*words[:10], "x", *words[11:30], "y", *words[31:]]
    assert [(n, name) for n, name, _ in filled([" ".join(words)]).find([" ".join(edited)]).earlier] == [(0, "t0000")]


@pytest.mark.parametrize("adds", [1, 4], ids=["at once", "bit by bit"])
def test_a_crowd_is_found_without_rare_words(adds: int) -> None:
    """Each triple stands in more texts than count as rare, but for those of a text's own edit."""
    made = crowd(60)
    old, new = made[:52], made[52:]
    assert len(old) > MOST_COMMON
    index = Index()
    for start in range(0, 52, 52 // adds):
        index.add(names(52 // adds, start), old[start : start + 52 // adds])
    found = index.find(new)
    assert {n for n, _, _ in found.earlier} == set(range(8))
    assert found.blind == (8 if adds == 1 else 0)


def test_an_equal_text_is_paired_with_its_equal_alone_and_added_once() -> None:
    old = [*crowd(3), "one two", "one"]
    index = filled(old)
    assert index.find([old[1], "one two", "one", "two one"]).earlier == (
        (0, "t0001", 1.0),
        (1, "t0003", 1.0),
        (2, "t0004", 1.0),
    )
    assert len(index.add(names(3, 9), [old[1], "new words", "new words"])) == 1
    assert index.find(["new words"]).earlier == ((0, "t0010", 1.0),)


def test_new_texts_are_compared_with_each_other_and_the_first_of_equal_ones_stands_for_all() -> None:
    made = crowd(4)
    found = filled(made[:1]).find([made[1], made[2], made[1]])
    assert {pair[:2] for pair in found.among} == {(0, 1), (0, 2)}
    assert {pair[:2] for pair in found.earlier} == {(0, "t0000"), (1, "t0000")}


def test_a_triple_of_too_many_texts_stands_for_none_that_come_later() -> None:
    made = crowd(60)
    index = filled(made[:40])
    assert len(index.parts[0].common) > 0
    later = index.add(names(20, 40), made[40:])
    assert not set(later.anchors.keys.tolist()) & set(index.parts[0].common.tolist())
    assert later.blind.all()


def test_nothing_is_near_in_an_empty_index_or_without_words() -> None:
    assert Index().find(["a b c"]) == Found((), (), 1)
    assert Index().find([]) == Found((), (), 0)
    assert filled([""]).find(["one", "a b"]).earlier == ()
    assert filled([]).parts == []


def test_what_is_stored_is_read_by_later_versions() -> None:
    """When this fails, stored hashes are others: raise VERSION, and say that indexes are to be made again."""
    part = filled(["höhe of the alps", "a b a b a"]).parts[0]
    assert Rules().version == 1
    assert part.digests.tolist() == [10534389859814575977, 8578593956305044425]
    assert part.pairs.keys[:4].tolist() == [9331181611826, 892504464783404, 2362250429367176, 3034164055246683]
    assert part.anchors.keys.tolist() == [1294414822651095, 2358385409832364, 943420886006868, 4178631024453489]
    assert part.bands[:2].tolist() == [[4078464729, 3281381322], [4078464729, 3281381322]]


@pytest.mark.parametrize("threshold", [0, -0.1, 1.5])
def test_a_threshold_out_of_range_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        Index().find(["a b", "a b"], threshold)


sentences = st.lists(st.sampled_from("abcdefgh"), max_size=12).map(" ".join)


@given(st.lists(sentences, max_size=8), st.lists(sentences, max_size=4, unique=True), st.sampled_from([0.3, 0.62, 1.0]))
def test_a_text_is_found_alike_alone_and_among_others(old: list[str], new: list[str], threshold: float) -> None:
    index = filled(old, Rules(most_common=2))
    found = index.find(new, threshold).earlier
    alone = [(n, name, score) for n, text in enumerate(new) for _, name, score in index.find([text], threshold).earlier]
    assert list(found) == alone
    assert all(score >= threshold for _, _, score in found)
    exact = {(n, name): jaccard(pairs(new[n]), pairs(old[int(name[1:])])) for n, name, _ in found if new[n] not in old}
    assert {(n, name): score for n, name, score in found if new[n] not in old} == pytest.approx(exact)
    assert {n for n, _, _ in found} >= {n for n, text in enumerate(new) if text in old}
