"""What models cost: tokens, requests and seconds by stage, and for each task of which something was accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from builder.recipe.judging import agreement, judge_pair
from builder.records.attempts import Agreement, JudgePair
from builder.settings import Price
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
    """Records of which something was accepted: draws that were derived from, tasks reworded or played."""
    money: float | None = None
    """None for a model without a price in the settings."""
    currency: str = ""

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    @property
    def tokens_per_accepted(self) -> float | None:
        return self.tokens / self.accepted if self.accepted else None

    @property
    def money_per_accepted(self) -> float | None:
        return self.money / self.accepted if self.accepted and self.money is not None else None

    def line(self) -> str:
        """`solve by some/model: 1,200 replies, 90,000 + 30,000 tokens, 512 s; 40 accepted, 3,000 tokens each`

        With a price also what it cost, in all and each.
        """
        parts = f"{self.prompt_tokens:,} + {self.completion_tokens:,} tokens, {self.seconds:,.0f} s"
        lost = f", {self.lost:,} lost" if self.lost else ""
        each = f", {self.tokens_per_accepted:,.0f} tokens each" if self.tokens_per_accepted is not None else ""
        if self.money is not None:
            parts += f", {self.money:,.4f} {self.currency}"
        if self.money_per_accepted is not None:
            each += f", {self.money_per_accepted:,.6f} {self.currency} each"
        return f"{self.stage} by {self.model}: {self.calls:,} replies{lost}, {parts}; {self.accepted:,} accepted{each}"


def cost(store: Store, prices: Mapping[str, Price] | None = None, currency: str = "") -> list[Cost]:
    """By stage and model; empty where no model took part. `prices` are those of the settings, by model."""
    lines = [Cost(*row) for row in store.query("report/spending")]
    priced = []
    for line in lines:
        price = (prices or {}).get(line.model)
        if price is not None:
            money = (line.prompt_tokens * price.prompt + line.completion_tokens * price.completion) / 1e6
            line = replace(line, money=round(money, 6), currency=currency)
        priced.append(line)
    return priced


def tries(store: Store) -> list[tuple[str, str, str, int]]:
    """Stage, model, reason (or `accepted`) and how many."""
    return [(stage, model, reason, count) for stage, model, reason, count in store.query("report/tries")]


def judges(store: Store) -> list[Agreement]:
    """By model; empty where none judged."""
    return [agreement(row) for row in store.query("report/judges")]


def judge_pairs(store: Store) -> list[JudgePair]:
    """Of each two that judged the same answers; empty where one judged, or none."""
    return [judge_pair(row) for row in store.query("report/judge_pairs")]
