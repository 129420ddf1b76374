"""Documents are read strictly, and what could hurt is refused in one line before anything is made of it."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.errors import DescriptionError
from builder.tools.openapi.documents import MAX_BYTES, read

LEVELS = "\n".join(" " * depth + "a:" for depth in range(100))

REFUSED = {
    "an anchor": ("a: &a [x]", "its YAML has an anchor or alias (line 1)"),
    "an alias bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", "its YAML has an anchor or alias (line 1)"),
    "an alias": ("a: 1\nb: *a", "its YAML"),
    "a tag": ("a: !!python/object/apply:os.system [x]", "its YAML has a tag (line 1)"),
    "a tag of a text": ("a: !!str 1", "its YAML has a tag (line 1)"),
    "a directive": ("%TAG ! tag:example.org,2000:\n---\na: 1", "its YAML has a tag"),
    "a merge key": ("a:\n  <<: {b: 1}", "its YAML has a merge key (line 2)"),
    "a second document": ("a: 1\n---\nb: 1", "its YAML holds a second document (line 2)"),
    "a key twice": ("a: 1\na: 2", "its YAML has the key 'a' twice in one table (line 2)"),
    "a key that is a list": ("? [a]\n: 2", "its YAML has a key that is no plain text (line 1)"),
    "no number": ("a: .nan", "its YAML holds .nan, which is no number (line 1)"),
    "an endless number": ("a: -.inf", "its YAML holds -.inf, which is no number (line 1)"),
    "too many digits": ("a: " + "9" * 5000, "its YAML a number has 5000 digits"),
    "half a character": (r'a: "\ud800"', "its YAML cannot be read in line 1"),
    "a control character": ("a: \x00", "its YAML"),
    "depth": (LEVELS, "its YAML is nested deeper than 64 (line 65)"),
    "much depth": ("a: " + "[" * 100_000, "its YAML cannot be read in line 1: exceeded maximum nesting depth"),
    "many values": ("a: [" + "[]," * 300_000 + "]", "its YAML holds more than 400,000 values"),
    "JSON of depth": ('{"a":' + "[" * 100_000, "its JSON is nested deeper than 64"),
    "JSON of many values": ('{"a": [' + "[]," * 1_000_001 + "1]}", "its JSON holds more than 1,000,000 commas"),
    "JSON with a key twice": ('{"a": 1, "a": 2}', "it is not strict JSON: the key 'a' stands twice"),
    "JSON without a number": ('{"a": NaN}', "it is not strict JSON: NaN is no number"),
    "JSON with half a character": ('{"a": "\\ud800"}', "its JSON holds half a surrogate pair"),
    "broken JSON": ('{"a": ', "it is not strict JSON"),
    "broken YAML": ("a: b: c", "its YAML cannot be read in line 1: mapping values are not allowed"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_could_hurt_is_refused_in_one_line(case: str) -> None:
    text, words = REFUSED[case]
    with pytest.raises(DescriptionError) as error:
        read(text.encode(), "there.yaml")
    said = str(error.value)
    assert said.startswith(f"there.yaml: -: {words}") and "\n" not in said and len(said) < 500


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(DescriptionError, match="larger than 16 MiB"):
        read(b" " * (MAX_BYTES + 1), "x")
    with pytest.raises(DescriptionError, match="not UTF-8"):
        read("a: 1".encode("utf-16"), "x")


def test_scalars_are_those_of_the_core_schema() -> None:
    text = """\
list: [1, -2, +3, 1.5, .5, 1e3, 0x1f, 0o17, yes, no, null, ~, true, FALSE, 2020-01-02, 12:30:45, 1_000, "1", 'null']
200: {on: off}
empty:
block: |
  true
"""
    assert read(text.encode(), "x") == {
        "list": [
            1, -2, 3, 1.5, 0.5, 1000.0, 31, 15, "yes", "no", None, None, True, False, "2020-01-02", "12:30:45", "1_000",
            "1", "null",
        ],
        "200": {"on": "off"},
        "empty": None,
        "block": "true\n",
    }  # fmt: skip


# No digits: PyYAML writes for YAML 1.1, which takes other texts for numbers.
words = st.text("abcyno :#-{}[]'\"\n\t&*!|>%@`,?é", max_size=12)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=60)
@given(st.dictionaries(st.text("abc", min_size=1, max_size=5), plain, max_size=5))
def test_what_yaml_writes_is_read_back(document: dict[str, object]) -> None:
    class Plain(yaml.SafeDumper):
        """Writes without anchors."""

        def ignore_aliases(self, data: object) -> bool:
            return True

    assert read(json.dumps(document).encode(), "x") == document
    assert read(yaml.dump(document, Dumper=Plain, allow_unicode=True).encode(), "x") == document
