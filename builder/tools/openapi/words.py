"""Descriptions in Markdown and HTML as plain words."""

from __future__ import annotations

import html
import re

from builder.recipe.injection import findings

MAX_TEXT = 4_000
"""Characters that are looked at: far more than a description of ours may have."""

_CHANGES = (
    (re.compile(r"\[![A-Z]{1,12}\]"), " "),
    (re.compile(r"<!--.{0,500}?-->", re.DOTALL), " "),
    (re.compile(r"```[a-zA-Z]{0,20}|^[ \t]*\|.*$", re.MULTILINE), " "),
    (re.compile(r"</?[a-zA-Z][^<>]{0,300}>"), " "),
    (re.compile(r"!\[[^\[\]]{0,300}\]\([^()]{0,600}\)"), " "),
    (re.compile(r"\[([^\[\]]{1,300})\]\([^()]{0,600}\)"), r"\1"),
    (re.compile(r"^[ \t]*(#{1,6}|>|[*+-]|\d{1,3}\.)[ \t]+", re.MULTILINE), ""),
    (re.compile(r"\*{1,3}([^*\n]{1,300})\*{1,3}"), r"\1"),
    (re.compile(r"`"), ""),
)


def cleaned(text: str) -> str:
    """The words without their marks, in one line; as they are when they hold what could steer a reader.

    That is for the words of a spec to leave out, and no mark may hide it.
    """
    text = text[:MAX_TEXT]
    if findings(text):
        return text
    for pattern, to in _CHANGES:
        text = pattern.sub(to, text)
    return " ".join(html.unescape(text).split())


def joined(summary: str | None, description: str | None) -> str:
    """A summary with what a description adds to it."""
    head, body = cleaned(summary or "").rstrip("."), cleaned(description or "")
    if not head or body.lower().startswith(head.lower()):
        return body
    return f"{head}. {body}".rstrip()
