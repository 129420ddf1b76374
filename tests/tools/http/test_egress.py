"""Where requests go: declared hosts at public addresses, each hop checked, and nothing is sent anywhere else."""

from __future__ import annotations

import datetime
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from yarl import URL

from builder.errors import ToolError
from builder.records.http import Grant
from builder.tools.http.egress import Guard, declared_host, is_public, next_hop
from tests.tools.http.hostile import HostileServer, reply
from tests.tools.http.service import NAME, at, live, provider, tool


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14",
                                     "64:ff9b::5db8:d70e", "2002:5db8:d70e::1"])  # fmt: skip
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "192.0.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1", "::a9fe:a9fe",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001::1",
        "", "localhost", "0x7f.1", "2130706433", "127.1", "017700000001", "1.1.1.1.1",
    ],
)  # fmt: skip
def test_addresses_of_no_public_machine(address: str) -> None:
    assert not is_public(address)
    assert not Guard().allows(address)


def test_loopback_is_let_through_only_when_asked_and_then_alone() -> None:
    guard = Guard(loopback=True)
    assert guard.allows("127.0.0.1") and guard.allows("::1")
    assert not guard.allows("10.0.0.1") and not guard.allows("169.254.169.254")


async def test_one_private_answer_of_several_spoils_all() -> None:
    async def lookup(host: str, port: int) -> list[str]:
        return ["93.184.215.14", "10.0.0.1"]

    with pytest.raises(ToolError, match=r"a\.test \(10\.0\.0\.1\) is no address of the public internet") as caught:
        await Guard(lookup).resolve("a.test", 443)
    assert caught.value.kind == "refused"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_nothing_connects_to_this_machine_by_default(address: str, tmp_path: Path) -> None:
    async def lookup(host: str, port: int) -> list[str]:
        return [address]

    with HostileServer({"/look": reply('{"name": "a"}')}) as server:
        calling = live(provider(server.port), tmp_path, loopback=False, lookup=lookup)
        with pytest.raises(ToolError, match="no address of the public internet") as caught:
            calling.call(tool({"url": at(server.port, "/look")}), {})
        calling.close()
    assert caught.value.kind == "refused" and server.connections == 0


def test_an_address_in_place_of_a_name_is_checked_before_a_socket_is_made(tmp_path: Path) -> None:
    """No name is resolved here, so the resolver never sees it."""
    with HostileServer({"/look": reply('{"name": "a"}')}) as server:
        host: dict[str, Any] = {"name": "127.0.0.1", "scheme": "http", "port": server.port}
        calling = live(provider(hosts=[host]), tmp_path, loopback=False)
        with pytest.raises(ToolError, match=r"127\.0\.0\.1 is no address of the public internet"):
            calling.call(tool({"url": f"http://127.0.0.1:{server.port}/look"}), {})
        calling.close()
    assert server.connections == 0


def test_a_name_that_answers_differently_the_next_time_gains_nothing(tmp_path: Path) -> None:
    """Rebinding: the first connection is let through, the second name's answer is private."""
    answers = [["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"]]

    async def lookup(host: str, port: int) -> list[str]:
        return answers.pop(0)

    closing = reply('{"name": "a"}', "200 OK", "application/json", ("Connection", "close"))
    with HostileServer({"/look": closing}) as server:
        calling = live(provider(server.port), tmp_path, "live", lookup=lookup)
        spec = tool({"url": at(server.port, "/look")})
        assert calling.call(spec, {}) == {"name": "a"}
        for address in ("10.0.0.1", "169.254.169.254"):
            with pytest.raises(ToolError, match=address):
                calling.call(spec, {})
        calling.close()
    assert server.connections == 1


def test_proxies_of_the_environment_are_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with HostileServer({"/look": reply('{"name": "a"}')}) as server, HostileServer({}) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        calling = live(provider(server.port), tmp_path)
        assert calling.call(tool({"url": at(server.port, "/look")}), {}) == {"name": "a"}
        calling.close()
    assert proxy.connections == 0


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://localhost/", "http://127.0.0.1:{port}/b",
        "http://2130706433:{port}/b", "http://0x7f000001:{port}/b", "http://0177.0.0.1:{port}/b", "http://127.1:{port}/b",
        "http://[::1]:{port}/b", "http://[::ffff:127.0.0.1]:{port}/b", "http://[64:ff9b::7f00:1]:{port}/b",
        "http://①②⑦.0.0.1:{port}/b", "//evil.test/b", "http://evil.test/b", "https://local.test:{port}/b",
        "http://user:pass@local.test:{port}/b", "http://local.test@evil.test/b", "http://local.test:1/b",
        "file:///etc/passwd", "gopher://local.test/", "ftp://local.test/", "javascript:alert(1)", "http://",
        "http://local.test:{port}:80/b", "http://local.test:99999/b", "http://[::1/b", "\\\\evil.test\\b", "data:,x",
    ],
)  # fmt: skip
def test_a_redirect_leads_to_a_declared_host_of_the_same_scheme_or_nowhere(location: str, tmp_path: Path) -> None:
    with HostileServer({"/b": reply('{"name": "b"}')}) as server:
        target = location.format(port=server.port)
        server.routes = {**server.routes, "/look": reply("", "302 Found", "text/plain", ("Location", target))}
        calling = live(provider(server.port), tmp_path)
        with pytest.raises(ToolError) as caught:
            calling.call(tool({"url": at(server.port, "/look")}), {})
        calling.close()
        asked = [each.path for each in server.asked]
    assert caught.value.kind in ("refused", "denied") and "/b" not in asked, caught.value.message


def test_a_key_is_not_sent_across_origins(tmp_path: Path) -> None:
    with HostileServer({"/b": reply('{"name": "b"}')}) as other, HostileServer({}) as server:
        moved = reply("", "307 Temporary Redirect", "text/plain", ("Location", at(other.port, "/b")))
        server.routes = {"/look": moved}
        grant = {"provider": "general.service", "host": NAME, "variable": "SOME_KEY"}
        for place, name in (("header", "Authorization"), ("query", "api_key")):
            auth = {"variable": "SOME_KEY", "host": "first.test", "place": place, "name": name}
            hosts = [
                {"name": "first.test", "scheme": "http", "port": server.port, "rate": 99},
                {"name": NAME, "scheme": "http", "port": other.port, "rate": 99},
            ]
            calling = live(
                provider(hosts=hosts, auth=auth),
                tmp_path,
                "live",
                grants=(Grant.model_validate({**grant, "host": "first.test"}),),
                environ={"SOME_KEY": "s3cret-value-1"},
            )
            spec = tool({"url": f"http://first.test:{server.port}/look"})
            assert calling.call(spec, {}) == {"name": "b"}
            calling.close()
    assert all("s3cret" in asked.target + str(asked.headers) for asked in server.asked) and len(server.asked) == 2
    assert all("s3cret" not in asked.target + str(asked.headers) for asked in other.asked) and len(other.asked) == 2


def test_the_fourth_redirect_is_not_followed() -> None:
    url = URL("http://local.test/a")
    assert str(next_hop(url, "/b?c=%2F#d", 2)) == "http://local.test/b?c=%2F"
    with pytest.raises(ToolError, match="more than 3 redirects"):
        next_hop(url, "/b", 3)


def certificate(folder: Path, name: str) -> Path:
    """A certificate of a name with its key, which nobody has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    text = made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(serialization.Encoding.PEM, *form)
    (folder / "certificate.pem").write_bytes(text)
    return folder / "certificate.pem"


def test_a_service_is_asked_by_name_and_must_prove_it(tmp_path: Path) -> None:
    context, names = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), []
    context.load_cert_chain(certificate(tmp_path, NAME))
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    with HostileServer({"/look": reply('{"name": "a"}')}, tls=context) as server:
        hosts = [{"name": NAME, "port": server.port, "rate": 99}]
        calling = live(provider(hosts=hosts), tmp_path)
        with pytest.raises(ToolError, match="certificate") as caught:
            calling.call(tool({"url": f"https://{NAME}:{server.port}/look"}), {})
        calling.close()
    # To this machine's address, but under the name that the certificate must be of.
    assert caught.value.kind == "refused" and names == [NAME] and server.asked == []


def test_ports_are_those_declared() -> None:
    source = provider(hosts=[{"name": "local.test"}])
    assert declared_host(source, URL("https://local.test/a")).name == "local.test"
    assert declared_host(source, URL("https://LOCAL.test:443/a")).name == "local.test"
    for other in (
        "http://local.test/a",
        "https://local.test:8443/a",
        "https://sub.local.test/a",
        "https://local.test./",
    ):
        with pytest.raises(ToolError, match="none of the hosts"):
            declared_host(source, URL(other))
