"""Counts by pieces are the counts of the whole, and the vocabulary is the one that it says."""

from __future__ import annotations

import time

from builder.hub.chat import hermes_messages, hermes_turns, rendered_turns, template_json
from builder.hub.tokens import MARKERS, count_text, encoding, num_tokens, tokenizer_name

TOOLS = [
    template_json({"type": "function", "function": {"name": f"tool_{n}", "description": text}})
    for n, text in enumerate(["Mass of a compound (g/mol).", "日本の県", "a}\n\n{b", "", "trailing space "])
]
MESSAGES = [
    {"role": "system", "content": "Use the tools."},
    {"role": "user", "content": "Was kostet 1 kg Gold?\n\n"},
    {
        "role": "assistant",
        "content": "",
        "reasoning_content": "First the price.",
        "tool_calls": [
            {
                "id": "c1",
                "type": "function",
                "function": {"name": "tool_0", "arguments": {"x": [1.5, "<think>"]}},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "c1", "name": "tool_0", "content": '{"price": 1234.5}'},
    {"role": "assistant", "content": "It is <answer>1234.50</answer>."},
]


def test_pieces_add_up_to_the_whole_text() -> None:
    for tools in ([], TOOLS[:1], TOOLS):
        system = hermes_messages(MESSAGES, tools)[0].content
        whole = f"<|im_start|>system\n{system}<|im_end|>\n" + "".join(rendered_turns(hermes_turns(MESSAGES)))
        assert num_tokens(MESSAGES, tools) == count_text(whole)


def test_the_vocabulary_is_qwen_s() -> None:
    # Ids of Qwen2.5's and Qwen3's own tokenizer.json for this text.
    assert encoding().encode_ordinary("Hello world 2024") == [9707, 1879, 220, 17, 15, 17, 19]
    assert encoding().n_vocab == 151_643
    assert "qwen.tiktoken" in tokenizer_name()


def test_a_marker_is_one_token() -> None:
    assert [count_text(marker) for marker in MARKERS] == [1] * len(MARKERS)
    assert count_text("<tool_call>\n</tool_call>") == 3


def test_canonically_equal_texts_count_alike() -> None:
    assert count_text("e\u0301") == count_text("é")


def test_counting_keeps_up_with_a_release() -> None:
    """3,000 rows of 7,000 tokens in 20 s are a row in 7 ms; a slow machine gets four times that."""
    row = [
        *MESSAGES[:3],
        {**MESSAGES[3], "content": '{"name": "Zürich", "population": 434335} ' * 150},
        MESSAGES[4],
    ]
    num_tokens(row, TOOLS)
    start = time.perf_counter()
    total = sum(num_tokens([{"role": "system", "content": f"{number}"}, *row[1:]], TOOLS * 8) for number in range(50))
    assert total > 50 * 2_500
    assert (time.perf_counter() - start) / 50 < 0.028
