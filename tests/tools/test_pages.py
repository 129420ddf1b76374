"""Pages about the pool say what is declared and recorded, whatever is installed."""

from __future__ import annotations

import shutil
from pathlib import Path

from builder.testing.small_recipe import tiny_pool
from builder.tools.loading import SpecFiles
from builder.tools.pages import extras_of, seed_counts, tool_pages
from builder.tools.recording import record_all
from builder.tools.tables import TableCache


def test_extras_are_the_groups_of_domains() -> None:
    groups = {"dev": ["pytest>=8"], "general": ["maps==1.0"], "medical": ["maps==1.0", "doses==2.0"], "vllm": ["vllm"]}
    project = {"project": {"optional-dependencies": groups}}
    assert extras_of(project) == {"maps": ("general", "medical"), "doses": ("medical",)}


def test_pages_list_tools_providers_and_seeds(tmp_path: Path) -> None:
    root = Path(shutil.copytree(tiny_pool(), tmp_path / "specs"))
    record_all(root, TableCache(tmp_path / "cache"))
    provider = root / "general" / "atlas" / "provider.toml"
    package = '[[packages]]\nname = "absent-atlas"\nversion = "9.9"\nlicence = "MIT"\n'
    text = provider.read_text(encoding="utf-8").replace("[tables", package + "[tables", 1)
    provider.write_text(text, encoding="utf-8")
    files = SpecFiles(root)
    pages = tool_pages(files, {"absent-atlas": ("medical", "general")})
    assert set(pages) == {"README.md", "general.md"}
    assert "| [general](general.md) | 1 | 2 | 0 | 2 | 1 | 1 | 1 | 1 |" in pages["README.md"]
    assert "| all | 1 | 2 | 0 | 2 | 1 | 1 | 1 | 1 |" in pages["README.md"]
    assert (
        "| `general.atlas` | extra `general` | 2 | 1 | 1 | function, query | absent-atlas 9.9 (MIT) |"
        in pages["README.md"]
    )
    assert seed_counts(files) == {"general": {"island": 12}}
    assert "| general | 12 | 1 | island 12 |" in pages["README.md"]
    assert "| `divide` | processing |" in pages["general.md"]
    assert "Packages: absent-atlas 9.9 (MIT)." in pages["general.md"]
