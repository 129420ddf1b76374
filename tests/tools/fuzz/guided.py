"""Specs made wrong by a fuzzer that is guided by the code they reach: `make fuzz SECONDS=600`.

    python -m tests.tools.fuzz.guided --seconds 600 --corpus DIR

An input is a byte that names a home and a file of it, and what stands in that file. It starts from shipped specs, adds
to the corpus whatever reaches new code, and ends with the first input that breaks what `homes.look` demands, which it
keeps beside the corpus as `found-*`. To see that one again: `--again FILE`.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import resource
import shutil
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["builder", "tomllib"]):
    # Checks import these where they are needed, which would be too late.
    import builder.tools.code.calling
    import builder.tools.http.verified
    import builder.tools.mcp.specs  # noqa: F401
    from tests.tools.fuzz.homes import SECONDS, Home, homes, look, write
    from tests.tools.fuzz.mutating import bytes_of, tree_of

MEMORY = 256
"""MiB that all inputs may add to what the program takes at its start."""

LONGEST = 65_536
"""Bytes of an input: specs are small, and their limit is tested elsewhere."""


class Rolled:
    """Decides at random."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def below(self, limit: int) -> int:
        return self._random.randrange(limit)

    def text(self) -> str:
        return "".join(chr(self._random.choice((self.below(128), self.below(0xD800)))) for _ in range(self.below(12)))


class Target:
    """The homes on disk, of which one file at a time is another."""

    def __init__(self, folder: Path) -> None:
        self.places: list[tuple[Home, Path, str]] = []
        for name, home in homes().items():
            specs = write(folder / name / "specs", home.files)
            self.places += [(home, specs, path) for path in home.open]

    def seeds(self) -> list[bytes]:
        return [bytes([number]) + home.files[path] for number, (home, _, path) in enumerate(self.places)]

    def __call__(self, given: bytes) -> None:
        if not given:
            return
        home, specs, path = self.places[given[0] % len(self.places)]
        (specs / path).write_bytes(given[1:])
        try:
            look(specs)
        finally:
            (specs / path).write_bytes(home.files[path])

    def mutated(self, given: bytes, longest: int, seed: int) -> bytes:
        """Half the time by structure, else as the fuzzer does it by itself."""
        chooser = Rolled(seed)
        if not given or chooser.below(2):
            return atheris.Mutate(given, longest)
        path = self.places[given[0] % len(self.places)][2]
        change = tree_of(path, given[1:], chooser) if chooser.below(4) else bytes_of(given[1:], chooser)
        return (given[:1] + change)[:longest]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.tools.fuzz.guided")
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--corpus", type=Path, required=True, help="a folder outside the checkout")
    parser.add_argument("--again", type=Path, help="one input that was found")
    options = parser.parse_args()
    options.corpus.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="dive-builder-fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    target = Target(folder)
    for seed in target.seeds():
        (options.corpus / hashlib.sha256(seed).hexdigest()[:20]).write_bytes(seed)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    command = [
        sys.argv[0],
        f"-max_total_time={options.seconds}",
        # Beside what `look` measures, since it cannot measure what never ends.
        f"-timeout={round(10 * SECONDS)}",
        f"-rss_limit_mb={used + MEMORY}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix={options.corpus.parent / 'found-'}",
        "-print_final_stats=1",
        str(options.again or options.corpus),
    ]
    try:
        atheris.Setup(command, target, custom_mutator=target.mutated)
        atheris.Fuzz()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
