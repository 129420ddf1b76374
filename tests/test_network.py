"""The run's own rule: loopback works, everything else is refused before a packet leaves."""

from __future__ import annotations

import socket

import pytest


def test_loopback_is_open() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.org"])
def test_other_machines_are_refused(host: str) -> None:
    with pytest.raises(RuntimeError, match="loopback only"):
        socket.create_connection((host, 80), timeout=1)


def test_a_datagram_is_refused() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
        pytest.raises(RuntimeError, match="loopback only"),
    ):
        sender.sendto(b"", ("192.0.2.1", 9))
