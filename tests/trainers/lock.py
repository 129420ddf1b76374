"""Write requirements-trainers.lock, requirements-axolotl.lock and requirements-old-loaders.lock: `make lock-trainers`.

    python tests/trainers/lock.py UV

UV is the program. Names, versions and hashes only: which index they come from is the machine's own setting. Torch for
CPU alone comes from an index of PyTorch's, which that setting must name where it is not the default
(PIP_EXTRA_INDEX_URL).
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
OPTIONS = (
    "--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet"
).split()
UNWANTED = re.compile(r"(nvidia|cuda)-|(torch|triton)==")
"""What torch would bring for a GPU, and torch itself, which is among the packages installed alone."""
UNLIKE = {"mcp", "mcp-types"}
"""Packages of which verifiers asks for another version than the locked environment has."""


def compile_lock(uv: str, *words: str) -> list[str]:
    """Requirements with their hashes, one text for each package."""
    done = subprocess.run(
        [uv, "pip", "compile", *OPTIONS, *words], capture_output=True, text=True, check=False, cwd=ROOT
    )
    if done.returncode:
        sys.exit(done.stderr)
    return re.split(r"\n(?=\S)", done.stdout.strip())


def locked() -> list[str]:
    """`name==version` of each package of the locked environment."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return [pin for pin in re.findall(r"^(\S+==\S+) ", text, re.MULTILINE) if pin.partition("==")[0] not in UNLIKE]


def torch_for_cpu(package: str) -> str:
    """The file that this machine's index gives, and no other: public files for Linux want CUDA's libraries."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["download", "--quiet", "--no-deps", "--dest", folder, package.split()[0]]
        subprocess.run([sys.executable, "-m", "pip", *words], check=True)
        [wheel] = Path(folder).iterdir()
        version = wheel.name.split("-")[1]
        if not version.endswith("+cpu"):
            sys.exit(
                f"the index gives torch {version}: add PyTorch's index for CPU (PIP_EXTRA_INDEX_URL) and run again"
            )
        return f"torch=={version} \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}"


def main(uv: str) -> None:
    """Write the three files."""
    with tempfile.TemporaryDirectory() as folder:
        pins = Path(folder) / "locked.txt"
        pins.write_text("\n".join(locked()), encoding="utf-8")
        wanted = ["pyproject.toml", "tests/trainers/requirements.in", "--extra", "dev", "--constraint", str(pins)]
        packages = compile_lock(uv, *wanted)
    write("requirements-trainers.lock", for_cpu(packages, compile_lock(uv, "--no-deps", "tests/trainers/alone.in")))
    packages, alone = (
        compile_lock(uv, *words)
        for words in (["tests/trainers/axolotl.in"], ["--no-deps", "tests/trainers/axolotl_alone.in"])
    )
    write("requirements-axolotl.lock", for_cpu(packages, alone))
    write("requirements-old-loaders.lock", compile_lock(uv, "tests/trainers/old_loaders.in"))


def for_cpu(packages: list[str], alone: list[str]) -> list[str]:
    """Packages with their dependencies but those of a GPU, and the packages that are installed without theirs."""
    kept = [package for package in packages if not UNWANTED.match(package)]
    return kept + [torch_for_cpu(package) if package.startswith("torch==") else package for package in alone]


def write(name: str, packages: list[str]) -> None:
    (ROOT / name).write_text("\n".join(sorted(packages)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
