"""What models cost: tokens, requests and seconds by stage, and for each task of which something was accepted."""

from __future__ import annotations

from dataclasses import dataclass

from builder.store import Store


@dataclass(frozen=True, slots=True)
class Cost:
    """One stage with one model, over all runs of the store."""

    stage: str
    model: str
    calls: int
    """Replies that were paid for; remembered ones cost nothing."""
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    """Waiting times summed: with many requests at once more than passed on the wall."""
    lost: int
    """Tries that broke off; their tokens are counted as the most they can have been."""
    accepted: int
    """Tasks of which a rewording or an attempt was accepted."""

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    @property
    def tokens_per_accepted(self) -> float | None:
        return self.tokens / self.accepted if self.accepted else None

    def line(self) -> str:
        """`solve by some/model: 1,200 replies, 90,000 + 30,000 tokens, 512 s; 40 accepted, 3,000 tokens each`"""
        parts = f"{self.prompt_tokens:,} + {self.completion_tokens:,} tokens, {self.seconds:,.0f} s"
        lost = f", {self.lost:,} lost" if self.lost else ""
        each = f", {self.tokens_per_accepted:,.0f} tokens each" if self.tokens_per_accepted is not None else ""
        return f"{self.stage} by {self.model}: {self.calls:,} replies{lost}, {parts}; {self.accepted:,} accepted{each}"


def cost(store: Store) -> list[Cost]:
    """By stage and model; empty where no model took part."""
    return [Cost(*row) for row in store.query("report/spending")]


def tries(store: Store) -> list[tuple[str, str, str, int]]:
    """Stage, model, reason (or `accepted`) and how many."""
    return [(stage, model, reason, count) for stage, model, reason, count in store.query("report/tries")]
