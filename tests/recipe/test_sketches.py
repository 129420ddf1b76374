"""Hashes of words, and what is kept of texts by them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from builder.recipe.sketches import BANDS, sketched, word_hashes

texts = st.lists(st.text(st.sampled_from("ab é漢\x00 "), max_size=40), min_size=1, max_size=8)


def many(count: int, words: int) -> list[str]:
    return [" ".join(f"w{(n * place * 31 + place) % 9973}" for place in range(words)) for n in range(count)]


@given(texts)
def test_equal_words_alone_have_equal_hashes_wherever_they_stand(made: list[str]) -> None:
    hashes, counts = word_hashes(made)
    words = [text.split(" ") for text in made]
    assert counts.tolist() == [len(found) for found in words]
    of = dict(zip([word for found in words for word in found], hashes.tolist(), strict=True))
    assert [of[word] for found in words for word in found] == hashes.tolist()
    assert len(set(of.values())) == len(of)


def test_hashes_are_the_same_on_every_machine() -> None:
    made = ["", "a b", "eightsix eightsixt", "zwölf Straßen", "of sixteenbytesofit sixteenbytesofitandmore"]
    hashes, _ = word_hashes(made)
    assert hashes.tolist() == [
        0xE220A8397B1DCDAF,
        0x496CBC1C272A78BC,
        0xC184A35F0E72E7CE,
        0x0CF3AA2BE6F84EEF,
        0xB6B3912ED97A1BBC,
        0xCCDF7F4105E92E69,
        0x23602DF7609F7BC1,
        0x3A72E7C9A0DC08C7,
        0x812809BE2DEF61AF,
        0xA1FD714D3754A930,
    ]


def test_texts_of_the_same_word_pairs_have_the_same_map_and_bands() -> None:
    _, found = sketched(["a b a b a", "b a b", "a b c"])
    assert found.sizes.tolist() == [2, 2, 2]
    assert np.bitwise_count(found.maps).sum(axis=1).tolist() == [2, 2, 2]
    assert (found.maps[0] == found.maps[1]).all() and (found.maps[0] != found.maps[2]).any()
    assert (found.bands[:, 0] == found.bands[:, 1]).all()
    assert 0 < (found.bands[:, 0] == found.bands[:, 2]).sum() < BANDS


def test_bands_are_equal_as_often_as_texts_are_alike() -> None:
    """Four values of a band agree when four drawn word pairs are of both: the index to the fourth power."""
    made = []
    for number in range(100):
        words = [f"w{number}of{place}" for place in range(201)]
        made += [" ".join(words), " ".join([*words[:180], *(f"{word}changed" for word in words[180:])])]
    bands = sketched(made)[1].bands
    assert abs((bands[:, ::2] == bands[:, 1::2]).mean() - (179 / 221) ** 4) < 0.05


def test_a_text_has_the_same_sketch_among_others_and_alone() -> None:
    made = [*many(2500, 60), "", "one", "x" * 2_000_000, "last of all"]
    _, found = sketched(made)
    some = [0, 1, 1200, 2499, 2500, 2501, 2502, 2503]
    alone = [sketched([made[n]])[1] for n in some]
    assert found.sizes[some].tolist() == [int(one.sizes[0]) for one in alone]
    assert (found.maps[some] == np.concatenate([one.maps for one in alone])).all()
    assert (found.bands[:, some] == np.concatenate([one.bands for one in alone], axis=1)).all()


def test_triples_come_in_order_with_their_texts_and_in_blocks_by_hash() -> None:
    found, _ = sketched(many(3000, 100))
    blocks = list(found.blocks())
    keys = np.concatenate(blocks)
    assert len(blocks) > 1
    assert (keys[1:] >= keys[:-1]).all()
    assert (np.bincount((keys & np.uint64((1 << found.bits) - 1)).astype(np.int64)) == 98).all()
    hashes = keys >> np.uint64(found.bits)
    ends = np.cumsum([len(block) for block in blocks])[:-1]
    assert (hashes[ends] != hashes[ends - 1]).all()
