"""How fast a host is asked, how long is waited, and when it is left alone; on a clock that only waiting moves."""

from __future__ import annotations

import asyncio
import datetime
import email.utils
import random
from pathlib import Path

import pytest

from builder.errors import ToolError
from builder.records.http import Host
from builder.tools.http.pace import COOLING_SECONDS, FAILURES_TO_OPEN, Pace
from builder.waiting import MOST_ASKED_SECONDS, delay, retry_after
from tests.models.clock import QuickClock
from tests.tools.http.hostile import HostileServer, Route, in_turn, reply
from tests.tools.http.service import TODAY, at, live, provider, tool


def host(**parts: float) -> Host:
    return Host.model_validate({"name": "local.test", "rate": 2, "burst": 3, **parts})


async def turns(pace: Pace, count: int) -> list[float]:
    waited = []
    for _ in range(count):
        async with pace.turn() as seconds:
            waited.append(round(seconds, 6))
    return waited


@pytest.mark.parametrize("shared", [False, True])
async def test_a_burst_then_the_rate(shared: bool, tmp_path: Path) -> None:
    clock = QuickClock()
    pace = Pace(host(), clock, tmp_path / "pace" / "one" if shared else None)
    assert await turns(pace, 6) == [0, 0, 0, 0.5, 0.5, 0.5]
    clock.time += 100
    assert await turns(pace, 4) == [0, 0, 0, 0.5]


async def test_workers_share_the_pace_of_a_host(tmp_path: Path) -> None:
    clock, file = QuickClock(), tmp_path / "one"
    one, other = Pace(host(burst=1), clock, file), Pace(host(burst=1), clock, file)
    assert [*await turns(one, 1), *await turns(other, 1), *await turns(one, 1)] == [0, 0.5, 0.5]
    one.rest(7)
    assert await turns(other, 1) == [7]


async def test_a_pace_of_an_earlier_start_of_the_machine_is_forgotten(tmp_path: Path) -> None:
    clock, file = QuickClock(), tmp_path / "one"
    clock.time = 900_000.0
    await turns(Pace(host(burst=1), clock, file), 1)
    clock.time = 10.0
    assert await turns(Pace(host(burst=1), clock, file), 1) == [0]


async def test_no_more_are_under_way_than_the_host_takes() -> None:
    pace, under_way, most = Pace(host(rate=10_000, burst=100, in_flight=3), QuickClock()), 0, 0

    async def one() -> None:
        nonlocal under_way, most
        async with pace.turn():
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0)
            under_way -= 1

    await asyncio.gather(*(one() for _ in range(20)))
    assert most == 3


async def test_a_host_that_fails_five_times_is_left_alone_and_then_tried_by_one() -> None:
    clock = QuickClock()
    pace = Pace(host(rate=100, in_flight=5), clock)
    for _ in range(5):
        async with pace.turn():
            pace.failed()
    with pytest.raises(ToolError, match="failed 5 times in a row") as caught:
        await turns(pace, 1)
    assert caught.value.kind == "unavailable"
    clock.time += COOLING_SECONDS + 1
    async with pace.turn():
        with pytest.raises(ToolError, match="left alone"):
            await turns(pace, 1)
        pace.succeeded()
    assert await turns(pace, 2) == [0, 0]


NOW = datetime.datetime(2026, 11, 27, 12, 0, 0, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None), ("0", 0), ("7", 7), (" 7 ", 7), ("1.5", 1.5), ("999999", MOST_ASKED_SECONDS),
        ("999999999999999999999", None), ("-5", None), ("+5", None), ("1e9", None), ("nan", None), ("inf", None),
        ("soon", None), ("", None), ("5, 6", None), ("٣", None),
        (email.utils.format_datetime(NOW + datetime.timedelta(seconds=9), usegmt=True), 9),
        (email.utils.format_datetime(NOW - datetime.timedelta(days=9), usegmt=True), 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", MOST_ASKED_SECONDS), ("Fri, 27 Nov 2026 12:00:05", 5),
        ("Fri, 99 Foo 2026 99:99:99 GMT", None), ("Mon, 01 Jan 1900 00:00:00 GMT", 0),
    ],
)  # fmt: skip
def test_retry_after_is_read_as_sent_or_not_at_all(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


def test_the_wait_is_never_shorter_than_asked_and_the_jitter_is_seeded() -> None:
    waits = [delay(tried, None, random.Random(7)) for tried in (1, 2, 3)]
    assert waits == [delay(tried, None, random.Random(7)) for tried in (1, 2, 3)]
    assert all(7 <= delay(1, 7, random.Random(seed)) <= 8 for seed in range(50))


def busy(retry: str | None, status: str = "429 Too Many Requests") -> Route:
    return reply("", status, "text/plain", *([("Retry-After", retry)] if retry is not None else []))


@pytest.mark.parametrize(
    ("retry", "least", "most"),
    [
        ("7", 7, 8), ("0", 0, 1), ("100000", 300, 301), (None, 0, 1), ("-7", 0, 1), ("nan", 0, 1),
        ("Fri, 27 Nov 2026 12:00:20 GMT", 20, 21), ("Sat, 01 Jan 2000 00:00:00 GMT", 0, 1), ("yesterday", 0, 1),
    ],
)  # fmt: skip
def test_a_busy_host_is_asked_again_when_it_says(retry: str | None, least: float, most: float, tmp_path: Path) -> None:
    clock = QuickClock()
    with HostileServer({"/look": in_turn(busy(retry), reply('{"name": "a"}'))}) as server:
        calling = live(provider(server.port, limits={"call_seconds": 900}), tmp_path, clock=clock, now=lambda: TODAY)
        assert calling.call(tool({"url": at(server.port, "/look")}), {}) == {"name": "a"}
        calling.close()
    assert least <= sum(clock.slept) <= most
    (recording,) = calling.recordings.all_of("general.service")
    assert recording.received.tries == 2
    assert sum(recording.received.waits) == pytest.approx(sum(clock.slept), abs=0.01)


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 No"])
def test_later_calls_wait_for_a_busy_host_too(status: str, elsewhere: bool, tmp_path: Path) -> None:
    """Those of another worker as well: `.pace` lies beside the recordings."""
    clock = QuickClock()
    with HostileServer({"/look": in_turn(busy("7", status), reply('{"name": "a"}'))}) as server:
        calling = live(provider(server.port, limits={"tries": 1}), tmp_path, clock=clock)
        with pytest.raises(ToolError, match=r"\(1 try\)"):
            calling.call(tool({"url": at(server.port, "/look")}), {})
        if elsewhere:
            calling.close()
            calling = live(provider(server.port, limits={"tries": 1}), tmp_path, clock=clock)
        assert calling.call(tool({"url": at(server.port, "/look")}), {}) == {"name": "a"}
        calling.close()
    assert sum(clock.slept) == pytest.approx(7, abs=0.1)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_what_may_pass_is_tried_as_often_as_declared(status: int, tmp_path: Path) -> None:
    with HostileServer({"/look": busy(None, f"{status} No")}) as server:
        calling = live(provider(server.port, limits={"tries": 4}), tmp_path, clock=QuickClock())
        with pytest.raises(ToolError, match=r"\(4 tries\)"):
            calling.call(tool({"url": at(server.port, "/look")}), {})
        calling.close()
    assert len(server.asked) == 4


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 418, 451])
def test_what_will_not_pass_is_tried_once(status: int, tmp_path: Path) -> None:
    with HostileServer({"/look": busy("1", f"{status} No")}) as server:
        calling = live(provider(server.port, limits={"tries": 4}), tmp_path, clock=QuickClock())
        with pytest.raises(ToolError) as caught:
            calling.call(tool({"url": at(server.port, "/look")}), {})
        calling.close()
    assert caught.value.kind == "denied" and len(server.asked) == 1


def test_a_call_that_cannot_end_in_time_ends(tmp_path: Path) -> None:
    with HostileServer({"/look": busy("30")}) as server:
        calling = live(provider(server.port, limits={"call_seconds": 0.3}), tmp_path)
        with pytest.raises(ToolError, match=r"no answer in 0\.3 s, tries and pages included") as caught:
            calling.call(tool({"url": at(server.port, "/look")}), {})
        calling.close()
    assert caught.value.kind == "timeout"


def test_calls_share_what_is_known_of_a_host(tmp_path: Path) -> None:
    with HostileServer({"/look": busy(None, "503 No")}) as server:
        calling = live(provider(server.port, limits={"tries": 4}), tmp_path, clock=QuickClock())
        for words in ("HTTP 503", "left alone"):
            with pytest.raises(ToolError, match=words):
                calling.call(tool({"url": at(server.port, "/look")}), {})
        calling.close()
    assert len(server.asked) == FAILURES_TO_OPEN
