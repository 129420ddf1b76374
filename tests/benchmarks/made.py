"""Synthetic tasks with planted near-duplicates of known kind, graphs with isomorphic twins, and rows to choose from.

    python -m tests.benchmarks.made texts --count 50000 --entities 0 OUT.jsonl

Texts are forms with entities put in, 200 to 1,500 characters. `entities` 0 makes each entity fresh; otherwise that many
are shared by all tasks, as where seeds are reused. One task in eight is planted beside an earlier one:

    exact     case, spacing and punctuation changed               must be found
    light     one or two words changed                            must be found
    medium    a tenth of the words changed                        must be found
    heavy     a fifth of the words changed                        counts neither way
    twin      the same form about other entities                  must not be merged

A planted text that comes out at a Jaccard index (word pairs) below the threshold counts neither way.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

KINDS = ("exact", "light", "medium", "heavy", "twin")
MUST = ("exact", "light", "medium")


@dataclass(frozen=True, slots=True)
class Text:
    """A task's question; of a planted one, what it was made from and how."""

    id: str
    text: str
    of: str = ""
    kind: str = ""


def texts(count: int, entities: int, seed: int = 1) -> Iterator[Text]:
    """`count` texts, the same for the same arguments."""
    rng = random.Random(f"{seed} {entities}")
    words = ["".join(rng.choices("abcdefghijklmnoprstuvwy", k=rng.randint(2, 10))) for _ in range(6000)]
    forms = [_form(rng, words) for _ in range(400)]
    fresh = 0
    earlier: list[tuple[str, int, list[str]]] = []
    for number in range(count):
        identity = f"t{number:08d}"
        if earlier and rng.random() < 0.125:
            of, form, filled = rng.choice(earlier)
            kind = rng.choice(KINDS)
            if kind == "twin":
                fresh += 1
                said = _filled(rng, forms[form], entities, fresh)
            else:
                said = _edited(rng, filled, kind, words)
            yield Text(identity, _spoiled(rng, said) if kind == "exact" else _sentence(said), of, kind)
            continue
        form = rng.randrange(len(forms))
        fresh += 1
        filled = _filled(rng, forms[form], entities, fresh)
        if len(earlier) < 20_000:
            earlier.append((identity, form, filled))
        yield Text(identity, _sentence(filled))


def _form(rng: random.Random, words: list[str]) -> list[str]:
    """Words of a question with places for entities: common words more often, as in a language."""
    length = rng.randint(30, 180)
    made = [words[min(len(words) - 1, int(rng.paretovariate(0.6)))] for _ in range(length)]
    for place in rng.sample(range(length), max(3, length // 7)):
        made[place] = "{}"
    return made


def _filled(rng: random.Random, form: list[str], entities: int, fresh: int) -> list[str]:
    names = iter(range(len(form)))
    said = []
    for word in form:
        if word == "{}":
            number = rng.randrange(entities) if entities else fresh * 1000 + next(names)
            said += [f"Name{number}", f"of{number % 977}"]
        else:
            said.append(word)
    return said


def _edited(rng: random.Random, said: list[str], kind: str, words: list[str]) -> list[str]:
    changed = said.copy()
    many = {"exact": 0, "light": rng.randint(1, 2), "medium": len(said) // 10, "heavy": len(said) // 5}[kind]
    for place in rng.sample(range(len(said)), many):
        changed[place] = rng.choice(words)
    return changed


def _sentence(said: list[str]) -> str:
    return " ".join(said).capitalize() + "?"


def _spoiled(rng: random.Random, said: list[str]) -> str:
    """The same words in other case, spacing and punctuation."""
    return "  ".join(word.upper() if rng.random() < 0.2 else word for word in said) + " ?!"


@dataclass(frozen=True, slots=True)
class Dag:
    """A labelled graph as plain lists."""

    labels: list[str]
    edges: list[tuple[int, int]]


def dags(count: int, seed: int = 1) -> Iterator[Dag]:
    """Call graphs of 1 to 14 nodes, about 4 on average, over 40 labels."""
    rng = random.Random(seed)
    for _ in range(count):
        size = min(14, 1 + int(rng.expovariate(1 / 3.2)))
        labels = [f"tool {int(rng.paretovariate(0.9)) % 40}" for _ in range(size)]
        edges = {(rng.randrange(node), node) for node in range(1, size) if rng.random() < 0.7}
        edges |= {(a, b) for a in range(size) for b in range(a + 1, size) if rng.random() < 0.05}
        yield Dag(labels, sorted(edges))


def relabelled(graph: Dag, rng: random.Random) -> Dag:
    """The same graph with its nodes in another order."""
    order = list(range(len(graph.labels)))
    rng.shuffle(order)
    place = {node: position for position, node in enumerate(order)}
    return Dag([graph.labels[node] for node in order], sorted((place[a], place[b]) for a, b in graph.edges))


def rings(*sizes: int) -> Dag:
    """Undirected rings as a DAG of two layers: node `n` feeds the two edges that touch it."""
    nodes, edges = sum(sizes), []
    start = 0
    for size in sizes:
        for place in range(size):
            edge = nodes + start + place
            edges += [(start + place, edge), (start + (place + 1) % size, edge)]
        start += size
    return Dag(["node"] * nodes + ["edge"] * nodes, sorted(edges))


def rows(count: int, seed: int = 1) -> list[list[tuple[str, str]]]:
    """Features of rows to choose from, with the skew of a real pool: about a dozen each."""
    rng = random.Random(seed)

    def skewed(most: int) -> int:
        return min(most - 1, int(rng.paretovariate(0.7)) - 1)

    found = []
    for _ in range(count):
        tools = sorted({skewed(400) for _ in range(rng.randint(1, 6))})
        found.append(
            [("tool", f"{tool}") for tool in tools]
            + [("pair", f"{a} {b}") for a in tools for b in tools if a < b]
            + [("shape", f"{skewed(20_000)}"), ("topology", f"{skewed(300)}"), ("exemplar", f"{skewed(500)}")]
            + [("seed", f"{rng.randrange(5000)}"), ("domain", f"{rng.randrange(5)}")]
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Write synthetic texts, one object a line.")
    parser.add_argument("what", choices=["texts"])
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--entities", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with options.out.open("w", encoding="utf-8") as file:
        for text in texts(options.count, options.entities, options.seed):
            file.write(json.dumps(asdict(text)) + "\n")


if __name__ == "__main__":
    main()
