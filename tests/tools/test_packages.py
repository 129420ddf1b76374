"""Which packages tools run on, how many each serves, and what they weigh."""

from __future__ import annotations

import shutil
from importlib.metadata import distribution, version
from pathlib import Path

import pytest

from builder.testing.small_recipe import tiny_pool
from builder.tools.packages import PackageUse, package_uses
from builder.tools.pool import ToolPool
from builder.tools.tables import TableCache

OTHER = """
description = "One island."
kind = "query"
role = "retrieval"
sql = "SELECT 'Bali' AS island WHERE $island = 'Bali'"
[parameters.island]
type = "island"
description = "Island"
[returns.island]
type = "island"
description = "Island"
[[examples]]
arguments = { island = "Bali" }
[[examples]]
arguments = { island = "Bali" }
"""


@pytest.fixture
def pool(tmp_path: Path) -> ToolPool:
    """The tiny pool, and a provider of one tool on three packages of the base."""
    specs = Path(shutil.copytree(tiny_pool(), tmp_path / "specs"))
    folder = specs / "general" / "other"
    folder.mkdir()
    provider = (specs / "general/atlas/provider.toml").read_text(encoding="utf-8").split("[tables")[0]
    packages = "".join(
        f'[[packages]]\nname = "{name}"\nversion = "{version(name)}"\nlicence = "MIT"\n'
        for name in ("Pint", "schwifty", "python_dateutil")
    )
    (folder / "provider.toml").write_text(provider + packages, encoding="utf-8")
    (folder / "one_island.toml").write_text(OTHER, encoding="utf-8")
    return ToolPool(specs, TableCache(tmp_path / "cache"))


def test_a_package_counts_the_tools_of_its_providers_and_what_only_it_pulls_in(pool: ToolPool) -> None:
    found = {use.name: use for use in package_uses(pool)}
    assert found["pint"] == PackageUse("pint", 1, 1 / 3, found["pint"].size)
    # The builder needs it too, by way of other packages; a provider that declares it makes it count.
    assert found["python-dateutil"].tools == 1
    # Pulled in by pint and schwifty, and by nothing of the builder.
    assert {"flexparser", "pycountry"} <= {name for name, use in found.items() if use.tools == 0}
    # The builder's own need.
    assert "typing-extensions" not in found


def test_a_size_is_that_of_the_installed_files(pool: ToolPool) -> None:
    (size,) = [use.size for use in package_uses(pool) if use.name == "flexparser"]
    files = distribution("flexparser").files or ()
    assert size == sum(Path(str(file.locate())).stat().st_size for file in files if Path(str(file.locate())).is_file())
    assert size > 1000


def test_a_pool_without_packages_has_none(tmp_path: Path) -> None:
    assert package_uses(ToolPool(tiny_pool(), TableCache(tmp_path))) == []
