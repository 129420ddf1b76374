"""Tool text is data: what in a result could steer a model that reads it is found, and made harmless where it is shown.

Four kinds of finding, each a refusal reason:

    injection:instruction   words that order a reader about ("ignore all previous instructions")
    injection:control       tokens of chat templates, reasoning or tool calls (`<|im_start|>`, `[INST]`, `</tool_call>`)
    injection:hidden        characters that do not show or turn the direction of writing: zero width, bidi, tags
    injection:base64        a long run of base64, which no answer needs and a model may decode

The marks follow the published attacks: indirect prompt injection (Greshake et al. 2023, arXiv 2302.12173),
bidirectional controls (Boucher and Anderson 2021, arXiv 2111.00169), tag characters (Unicode block E0000). A detector
by rule finds what is written plainly; it is one fence beside others, and no proof of harmlessness.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from builder.identity import digest

MIN_BASE64 = 120
"""Letters of a run that is taken for base64: 90 bytes, more than any identifier of the tools."""

_CONTROL = re.compile(
    r"<\|[^<>|\n]{1,40}\|>|<｜[^<>｜\n]{1,40}｜>|\[/?INST\]|<</?SYS>>|</?s>|"
    r"</?(?:start_of_turn|end_of_turn|bos|eos|think|thinking|answer|tools?|tool_calls?|tool_responses?|function_calls?|"
    r"tool_results?|system|assistant|user|im_start|im_end)\s*>",
    re.IGNORECASE,
)

_OLD = r"(?:all |any |the |your |of |these |those |my )*(?:previous|prior|above|earlier|preceding|foregoing|former)"
_READER = r"(?:ai|llm|language model|assistant|chatbot|agent)s?"
_ORDERS = (
    rf"\b(?:ignore|disregard|forget|override|bypass|skip)\b[^.\n]{{0,20}}?\b{_OLD}\b",
    r"\b(?:ignore|disregard|forget|override|bypass)\b (?:all |any |the |your |everything )*"
    r"(?:instructions?|rules?|guidelines?|prompts?|directions?|you (?:were|have been) told)\b",
    r"\b(?:new|updated|real|actual|hidden|secret) (?:system )?(?:instructions?|directives?|prompt)\b"
    r"\s*(?:[:=]|are\b|is\b)",
    r"\b(?:system|developer) (?:prompt|message|override|mode)\b",
    r"\byou are (?:now|no longer)\b|\bfrom now on,? you\b|\bpretend (?:to be|that you)\b|\bjailbreak",
    r"\b(?:do not|don't|never) (?:tell|inform|mention|reveal|show)\b[^.\n]{0,40}\b(?:user|human|anyone|this)\b",
    r"\b(?:reveal|print|repeat|output|leak|show)\b[^.\n]{0,20}\b(?:your|the) "
    r"(?:system prompt|instructions|api key|secrets?)\b",
    rf"\b{_READER}\b[^.\n]{{0,30}}\b(?:must|should|shall|has to|have to|are required to)\b"
    r"[^.\n]{0,40}\b(?:call|answer|reply|respond|output|send|say|visit|write|ignore|use)\b",
    r"\b(?:respond|reply|answer) (?:only |just |always )?with\b",
    r"\b(?:call|invoke|execute|use|run) (?:the|this) (?:tool|function)\b",
    r"\b(?:send|forward|post|upload|exfiltrate)\b[^.\n]{0,60}\b(?:https?://|to \S+@\S+)",
    r"^\s*(?:system|assistant|human|user|instructions?)\s*:\s*\S",
    r"\bthe (?:correct|right|final) answer is\b",
)
_ORDER = re.compile("|".join(f"(?:{pattern})" for pattern in _ORDERS), re.IGNORECASE | re.MULTILINE)

_BASE64 = re.compile(rf"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{{{MIN_BASE64},}}={{0,2}}(?![A-Za-z0-9+/=])")

_JOINERS = "\u200c\u200d"
"""Zero width joiner and non-joiner belong to some scripts' spelling, and to no Latin text."""

_INNOCENT = "\u00ad"
"""A soft hyphen marks where a word may break."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What could steer a reader: the kind of it, and the words."""

    kind: str
    text: str

    @property
    def reason(self) -> str:
        return f"injection:{self.kind}"


def findings(value: Any) -> tuple[Finding, ...]:
    """Everything found in the texts of a JSON value, names of fields included."""
    return tuple(found for text in _texts(value) for found in _in_text(text))


def neutral(value: Any) -> Any:
    """The value with control tokens and hidden characters written so that they only show: `‹|im_start|›`, `\\u{202e}`.

    What holds none comes back equal.
    """
    if isinstance(value, str):
        return _neutral(value)
    if isinstance(value, list):
        return [neutral(item) for item in value]
    if isinstance(value, dict):
        return {_neutral(name): neutral(item) for name, item in value.items()}
    return value


def fenced(name: str, text: str) -> str:
    """A text between marks that it cannot hold itself: their number is drawn from its content."""
    mark = f"{name} {digest(text)[:12]}"
    return f"<<{mark}>>\n{text}\n<</{mark}>>"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _texts(item)


def _in_text(text: str) -> Iterator[Finding]:
    plain = text
    if not text.isprintable():
        hidden = [character for place, character in enumerate(text) if _hides(text, place)]
        if hidden:
            yield Finding("hidden", f"U+{ord(hidden[0]):04X}")
        plain = "".join(c for place, c in enumerate(text) if not _hides(text, place))
    # Letters put apart or replaced by look-alikes still read as words, to a model too.
    plain = unicodedata.normalize("NFKC", plain)
    for kind, pattern in (("control", _CONTROL), ("instruction", _ORDER)):
        found = pattern.search(plain)
        if found:
            yield Finding(kind, found.group(0).strip()[:80])
    for run in _BASE64.finditer(text):
        if _mixed(run.group(0)):
            yield Finding("base64", run.group(0)[:40])
            break


def _hides(text: str, place: int) -> bool:
    character = text[place]
    category = unicodedata.category(character)
    if category == "Cc":
        return character not in "\t\n\r"
    if category not in ("Cf", "Co", "Cn") or character in _INNOCENT:
        return False
    if character in _JOINERS:
        before = text[place - 1] if place else " "
        return before.isascii() or unicodedata.name(before, "").startswith("LATIN")
    return True


def _neutral(text: str) -> str:
    shown = text
    if not text.isprintable():
        shown = "".join(f"\\u{{{ord(c):x}}}" if _hides(text, place) else c for place, c in enumerate(text))
    return _CONTROL.sub(lambda found: found.group(0).replace("<", "‹").replace(">", "›").replace("[", "⟦"), shown)


def _mixed(run: str) -> bool:
    """Sequences of residues or bases are long runs of letters too: base64 mixes capitals, small letters and digits."""
    body = run.rstrip("=")
    shares = [sum(map(test, body)) / len(body) for test in (str.isupper, str.islower, str.isdigit)]
    return min(shares[0], shares[1]) > 0.15 and shares[2] > 0.03
