"""`tools import-mcp`: specs are proposed, a person confirms them, and only then may they be called and drawn."""

from __future__ import annotations

import shutil
import sys
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from builder.cli import main
from builder.testing.small_recipe import tiny_pool
from builder.tools.catalogue import catalogue
from builder.tools.http.checking import check_live
from builder.tools.http.options import LiveOptions
from builder.tools.http.verified import unverified
from builder.tools.mcp.pins import read_pin
from builder.tools.pool import ToolPool
from builder.tools.sound import sound_pool
from builder.tools.tables import TableCache
from tests.tools.mcp.homes import install
from tests.tools.mcp.service import granted
from tests.tools.mcp.test_streaming import Atlas

PROVIDER = "general.charts"
TOOL = f"{PROVIDER}.island_profile_there"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    install(home, "hostile")
    return install(home, "atlas")


@pytest.fixture(scope="module")
def proposed(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny pool beside what is proposed of the atlas server, whose profile was called once."""
    specs = Path(shutil.copytree(tiny_pool(), tmp_path_factory.mktemp("proposed") / "specs"))
    call = ("--call", "islandProfile", "--arg", "island=Crete")
    assert imported(specs, home, "atlas-server", *call) == 0
    return specs


@pytest.fixture(scope="module")
def working(proposed: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Specs of which a person confirmed one, and whose examples came out as declared."""
    specs = Path(shutil.copytree(proposed, tmp_path_factory.mktemp("working") / "specs"))
    rename(specs)
    confirm(specs)
    assert unverified(specs, TOOL) == "never called: run: dive-builder tools check --live"
    assert {tool.id: tool.state for tool in catalogue(specs)}[TOOL] == "unverified"
    grants = tuple(grant.model_copy(update={"provider": PROVIDER}) for grant in granted(home))
    checked = check_live(specs, TableCache(specs.parent / "cache"), LiveOptions(servers=grants))
    assert checked.problems == () and checked.working == (TOOL,)
    return specs


@pytest.fixture
def specs(proposed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(proposed, tmp_path / "specs"))


def imported(specs: Path, home: Path, command: str, *more: str) -> int:
    into = str(specs / "general" / "charts")
    where = ("--home", str(home), "--readable", sys.prefix)
    return main(["tools", "import-mcp", "--command", command, *where, "--into", into, *more])


def confirm(specs: Path) -> None:
    """What a person does: corrects, adds what only people know, and empties `review`. One tool is enough here."""
    folder = specs / "general" / "charts"
    for name in ("people_text", "facts"):
        (folder / f"{name}.toml").unlink()
    (folder / "charts_island_profile.toml").unlink(missing_ok=True)
    source = (folder / "provider.toml").read_text(encoding="utf-8")
    for key, value in (("source", "the sea charts"), ("data_licence", "CC0-1.0"), ("attribution", "Some islands.")):
        source = source.replace(f'{key} = ""', f'{key} = "{value}"')
    (folder / "provider.toml").write_text(without_review(source), encoding="utf-8")
    path = folder / "island_profile_there.toml"
    text = path.read_text(encoding="utf-8")
    head, _, _ = text.partition("[returns.people]")
    head = head.replace('# refusals = { "words of its error" = "not_found" }', 'refusals = { "no such" = "not_found" }')
    path.write_text(without_review(head) + CONFIRMED, encoding="utf-8")


def without_review(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("review = "))


CONFIRMED = """
[returns.people]
type = "inhabitants"
description = "Inhabitants"
select = "people"
phrases = ["the population of {island}"]

[returns.km2]
type = "area_km2"
description = "Area"
select = "area.km2"
phrases = ["the area of {island}"]

[[examples]]
arguments = { island = "Crete" }
[[examples]]
arguments = { island = "Rockall" }
[[examples]]
arguments = { island = "Atlantis" }
error = "not_found"
"""


def rename(specs: Path) -> None:
    """The name is taken by the tiny pool, so a person gives another."""
    folder = specs / "general" / "charts"
    (folder / "charts_island_profile.toml").rename(folder / "island_profile_there.toml")


def test_what_is_proposed_names_itself_and_fails_the_check(specs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = specs / "general" / "charts"
    source = tomllib.loads((folder / "provider.toml").read_text(encoding="utf-8"))
    assert source["title"] == "A small atlas" and source["server"]["command"] == ["atlas-server"]
    package = source["server"]["package"]
    assert {k: package[k] for k in ("registry", "name", "version", "licence")} == {
        "registry": "pypi", "name": "atlas-server", "version": "1.0", "licence": "MIT",
    }  # fmt: skip
    profile = tomllib.loads((folder / "charts_island_profile.toml").read_text(encoding="utf-8"))
    assert profile["mcp"] == {"tool": "islandProfile", "answer": "structured", "safe": True}
    assert profile["parameters"]["island"]["type"] == "island"
    fields = profile["returns"]
    assert {name: (each["type"], each["select"]) for name, each in fields.items()} == {
        "people": ("", "people"), "area_km2": ("area_km2", "area.km2"), "neighbours": ("island", "neighbours[]"),
    }  # fmt: skip
    assert fields["neighbours"]["many"] and profile["examples"][0] == {"arguments": {"island": "Crete"}}
    assert {"returns.area_km2.type", "parameters.island.type", "mcp.safe", "description"} <= set(profile["review"])
    assert main(["tools", "check", str(specs)]) == 1
    out = capsys.readouterr().out
    assert "general/charts/charts_island_profile.toml: returns.people.type" in out
    assert "charts/provider.toml: source" in out


def test_every_key_under_review_fails_the_check_alone(specs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rename(specs)
    confirm(specs)
    assert main(["tools", "check", str(specs / "general" / "charts")]) == 0, capsys.readouterr().out
    for file in ("provider.toml", "island_profile_there.toml"):
        path = specs / "general" / "charts" / file
        text = path.read_text(encoding="utf-8")
        kept = text.partition("\n")
        path.write_text('review = ["title"]\n' + text, encoding="utf-8")
        problems = [str(each) for each in sound_pool(specs, TableCache(specs / "cache")).problems]
        assert len(problems) == 1, problems
        assert problems[0].startswith(f"general/charts/{file}: review: proposed and not confirmed yet: title ("), kept
        path.write_text(text, encoding="utf-8")


def test_nothing_is_overwritten(specs: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = specs / "general" / "charts"
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_text("mine", encoding="utf-8")
    (folder / "facts.toml").unlink()
    assert imported(specs, home, "atlas-server") == 0
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if line.startswith("wrote")] == [f"wrote {folder / 'facts.toml'}"]
    assert f"kept {folder / 'provider.toml'}: it is there already" in out
    assert (folder / "provider.toml").read_text(encoding="utf-8") == "mine"
    assert (folder / "recorded" / "_server.json").read_text(encoding="utf-8") == "mine"


def test_what_cannot_be_mapped_is_told(specs: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(specs / "general" / "charts")
    assert imported(specs, home, "atlas-server", "--call", "facts", "--arg", "island=Crete") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "measure: not mapped: parameter options: its members have no names not written: it requires such" in out
    assert "its name is taken by general.atlas.island_profile: rename the file" in out
    assert "people_text: not mapped: returns: nothing is known of its answer; import it again with a call" in out
    assert not (specs / "general" / "charts" / "measure.toml").exists()
    facts = tomllib.loads((specs / "general" / "charts" / "facts.toml").read_text(encoding="utf-8"))
    assert facts["mcp"]["answer"] == "json" and facts["returns"]["area_km2"]["select"] == "area_km2"
    assert facts["mcp"]["safe"] is False


def test_a_server_s_words_are_data(specs: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(specs / "general" / "charts")
    assert imported(specs, home, f"hostile-server {tmp_path}") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "orders: not mapped: description left out: it holds injection:control: '‹|im_start|›'" in out
    orders = (specs / "general" / "charts" / "orders.toml").read_text(encoding="utf-8")
    assert 'description = ""' in orders and "Ignore" not in orders and "<|im_start|>" not in orders


def test_a_tool_whose_name_steers_is_not_written(
    specs: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(specs / "general" / "charts")
    assert imported(specs, home, f"hostile-server {tmp_path} --steering") == 0
    out = capsys.readouterr().out
    assert "not written: its names hold injection:hidden" in out and "\x1b" not in out and "</tool_call>" not in out
    names = {path.name for path in (specs / "general" / "charts").rglob("*") if path.is_file()}
    assert names == {"provider.toml", "_server.json"}
    assert "\x1b" not in (specs / "general" / "charts" / "recorded" / "_server.json").read_text(encoding="utf-8")


def test_a_server_at_an_address_is_imported(specs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(specs / "general" / "charts")
    profile = resources.files("builder").joinpath("profiles", "smoke.toml").read_text(encoding="utf-8")
    settings = tmp_path / "live.toml"
    settings.write_text(f'{profile}\n[live]\nloopback = true\ncontact = "mailto:a@b.test"\n', encoding="utf-8")
    into = specs / "general" / "charts"
    with Atlas(sessions=False) as atlas:
        url = f"http://127.0.0.1:{atlas.port}/mcp"
        command = ["tools", "import-mcp", "--url", url, "--into", str(into), "--settings", str(settings)]
        assert main(command) == 0, capsys.readouterr().err
        assert main(["tools", "import-mcp", "--url", url, "--into", str(specs / "general" / "other")]) != 0
    assert "live.contact" in capsys.readouterr().err
    source = tomllib.loads((into / "provider.toml").read_text(encoding="utf-8"))
    assert source["server"] == {"url": url}
    assert source["hosts"] == [{"name": "127.0.0.1", "scheme": "http", "port": atlas.port, "rate": 1}]
    assert read_pin(specs, PROVIDER).server == url


def test_confirmed_tools_that_work_may_be_drawn(working: Path, tmp_path: Path) -> None:
    assert unverified(working, TOOL) is None
    assert {tool.id: tool.state for tool in catalogue(working)}[TOOL] == "active"
    pool = ToolPool(working, TableCache(tmp_path / "cache"))
    assert TOOL in pool.tools and pool.live_providers == (PROVIDER,)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("island_profile_there.toml", 'select = "people"', 'select = "persons"'),
        ("island_profile_there.toml", 'refusals = { "no such"', 'refusals = { "none such"'),
        ("provider.toml", 'command = ["atlas-server"]', 'command = ["atlas-server", "-v"]'),
        ("recorded/_server.json", "population and area", "population, area and more"),
    ],
)
def test_a_tool_is_unverified_again_when_its_request_or_the_reviewed_list_changes(
    file: str, old: str, new: str, working: Path, tmp_path: Path
) -> None:
    specs = Path(shutil.copytree(working, tmp_path / "specs"))
    path = specs / "general" / "charts" / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert str(unverified(specs, TOOL)).startswith("request or fields changed since")


OPTIONS = {
    "no server": ((), "give either --command or --url"),
    "two servers": (("--command", "atlas-server", "--url", "https://x.test/mcp"), "give either --command or --url"),
    "no program": (("--command", "nowhere-server"), "no package there has a program nowhere-server"),
    "a path": (("--command", "/bin/sh -c ls"), "is no name of a program"),
    "open quotes": (("--command", "atlas-server 'x"), "--command: No closing quotation"),
    "no address": (("--url", "mailto:x"), "no address of a server: String should match pattern"),
    "no such tool": (("--command", "atlas-server", "--call", "gone"), "--call gone: the server lists"),
    "no such argument": (
        ("--command", "atlas-server", "--call", "facts", "--arg", "x=1"), "write name=value with one of island",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", OPTIONS)
def test_an_option_that_says_nothing_is_told(
    case: str, specs: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options, words = OPTIONS[case]
    into = str(specs / "general" / "other")
    where = ("--home", str(home), "--readable", sys.prefix)
    assert main(["tools", "import-mcp", *where, "--into", into, *options]) != 0
    assert words in capsys.readouterr().err
    assert not Path(into).exists()


@pytest.mark.parametrize(
    ("place", "words"),
    [("nowhere/charts", "is no domain"), ("general/X", "is no name"), ("..", "name a provider's folder")],
)
def test_a_folder_that_is_no_provider_s_is_told(
    place: str, words: str, specs: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(["tools", "import-mcp", "--command", "atlas-server", "--home", str(home), "--into", str(specs / place)])
        != 0
    )
    assert words in capsys.readouterr().err


def test_the_pin_is_what_was_listed(specs: Path) -> None:
    pin = read_pin(specs, PROVIDER)
    assert pin.server == "pypi:atlas-server==1.0"
    assert sorted(pin.tools) == ["facts", "islandProfile", "measure", "people_text"]
    assert pin.tools["islandProfile"]["annotations"] == {"readOnlyHint": True}
