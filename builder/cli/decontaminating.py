"""`decontaminate`: deny lists of benchmarks."""

from __future__ import annotations

from pathlib import Path

from builder.cli.parser import Invocation, Verbs


def add_verbs(verbs: Verbs) -> None:
    parser = verbs.add(
        "decontaminate",
        "make deny lists of benchmarks, which `run`, `release` and `verify` compare with",
        more="A list holds hashes and no text. See docs/decontamination.md.",
    )
    hashing = Verbs(parser).add(
        "hash",
        "hash the texts and tool names of a benchmark to a deny list",
        run_hash,
        "Columns hold a text, a name, or a list of them; of messages the content counts, of schemas the name.",
    )
    hashing.add_argument("file", metavar="FILE", type=Path, help="JSONL or Parquet with the benchmark's rows")
    hashing.add_argument("--name", metavar="NAME", required=True, help="the benchmark, such as some-benchmark-v2")
    hashing.add_argument("--source", metavar="TEXT", required=True, help="where its texts are from, and of when")
    hashing.add_argument("--text", metavar="COLUMN", action="append", default=[], help="a column of texts")
    hashing.add_argument("--tool-names", metavar="COLUMN", action="append", default=[], help="a column of tool names")
    hashing.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder of the deny lists")


def run_hash(options: Invocation) -> int:
    """`decontaminate hash`"""
    from builder.stages.decontaminate import hash_file

    header, hashes = hash_file(
        options.file, options.out, options.name, options.source, (options.text, options.tool_names)
    )
    print(
        f"{options.out / header.name}.parquet: {header.texts:,} texts, {header.tools:,} tool names, {hashes:,} hashes"
    )
    return 0
