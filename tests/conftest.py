"""The rules of the whole run: no network beyond this machine, and golden files change only when asked."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"

# Libraries that would look for something online say so at once, instead of trying.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"


class NetworkForbidden(RuntimeError):
    """A test reached for another machine. No OSError: that, client libraries would take for a bad line."""


def _is_loopback(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _forbid_network(event: str, args: tuple[object, ...]) -> None:
    """An audit hook sees every socket of the interpreter, whichever library opens it."""
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"):
        address = args[1]
        # Anything but a tuple is a path (Unix socket), a kernel address, or already connected.
        if not isinstance(address, tuple) or not address or isinstance(address[0], int):
            return
        host: object = address[0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = args[0]
    else:
        return
    if not _is_loopback(host):
        raise NetworkForbidden(f"{event}: tests reach loopback only, not {host!r}")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the files of tests/golden/ anew, for review in the diff",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", 'slow: takes more than a few seconds; leave out with -m "not slow"')
    # Before collection, so imports are held to it too. A hook cannot be removed, and need not be.
    sys.addaudithook(_forbid_network)


@pytest.fixture(scope="session")
def update_golden(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--update-golden"))


@pytest.fixture
def golden(update_golden: bool) -> Callable[[str, str], None]:
    """`golden(name, text)`: the text is that of tests/golden/<name>, or becomes it with --update-golden."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if update_golden:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.is_file(), f"{path} is missing: run pytest with --update-golden and review what it writes"
        assert text == path.read_text(encoding="utf-8")

    return compare
