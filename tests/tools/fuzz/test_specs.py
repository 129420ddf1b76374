"""Whatever a spec holds, reading it ends: sound, or in lines that name file, key and reason. No crash, no traceback."""

from __future__ import annotations

import resource
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.tools.fuzz.homes import Home, homes, look, write
from tests.tools.fuzz.mutating import mutated

HOMES = homes()
EXAMPLES = 80
"""For each home; `make fuzz` goes on for as long as one likes."""

MEMORY = 256
"""MiB that all examples of a home may add."""


class Drawn:
    """Decides by what hypothesis draws, so that it can shrink a failure."""

    def __init__(self, data: some.DataObject) -> None:
        self._data = data

    def below(self, limit: int) -> int:
        return self._data.draw(some.integers(0, limit - 1))

    def text(self) -> str:
        return self._data.draw(some.text(max_size=12))


def grown() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.parametrize("kind", HOMES)
def test_a_home_is_sound_before_it_is_changed(kind: str, tmp_path: Path) -> None:
    assert look(write(tmp_path / "specs", HOMES[kind].files)) == ()


@pytest.mark.parametrize("kind", HOMES)
def test_a_changed_spec_is_read_to_the_end(kind: str) -> None:
    before = grown()

    # The same examples every time: what finds new ones is `make fuzz`.
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(some.data())
    def read(data: some.DataObject) -> None:
        read_changed(HOMES[kind], *mutated(HOMES[kind], Drawn(data)))

    read()
    assert grown() - before < MEMORY


@given(
    some.sampled_from(sorted(HOMES)),
    some.integers(0, 3),
    some.binary(max_size=300) | some.text(max_size=100).map(str.encode),
)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_any_bytes_are_read_to_the_end(kind: str, number: int, text: bytes) -> None:
    home = HOMES[kind]
    read_changed(home, home.open[number % len(home.open)], text)


def read_changed(home: Home, path: str, text: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        look(write(Path(folder) / "specs", {**home.files, path: text}))
