"""Where a request comes from: what its headers say counts from proxies of our own alone."""

import logging
from types import SimpleNamespace

import pytest
from anyio.from_thread import start_blocking_portal
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from chatbot.errors import SettingsError
from chatbot.settings import load_settings
from chatbot.web.addresses import ProxyMiddleware, address_of

OURS = ["127.0.0.1", "10.0.0.0/8", "fd00::/8"]


async def nothing() -> Message:
    raise AssertionError


async def ignored(message: Message) -> None:
    raise AssertionError


def seen(peer: str, headers: dict[str, str], trusted: list[str] = OURS, kind: str = "http") -> Scope:
    """The scope behind the middleware."""
    scopes: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append(scope)

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scheme = "ws" if kind == "websocket" else "http"
    scope = {"type": kind, "scheme": scheme, "client": (peer, 999), "headers": raw, "path": "/"}
    with start_blocking_portal() as portal:
        portal.call(ProxyMiddleware(app, trusted), scope, nothing, ignored)
    return scopes[0]


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "1.2.3.4, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "1.2.3.4, 203.0.113.9, 10.1.1.1", "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
        ("127.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("127.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("127.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("fd00::1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "10.9.9.9", "10.9.9.9"),
        ("127.0.0.1", "1.2.3.4, unknown", "127.0.0.1"),
        ("127.0.0.1", "1.2.3.4, <script>, 10.1.1.1", "10.1.1.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("203.0.113.9", "1.2.3.4", "203.0.113.9"),
        ("testclient", "1.2.3.4", "testclient"),
    ],
)
def test_the_client_is_the_last_address_that_is_no_proxy_of_ours(peer: str, forwarded_for: str, client: str) -> None:
    assert seen(peer, {"x-forwarded-for": forwarded_for})["client"][0] == client


CLAIMS = {
    "x-forwarded-for": "1.2.3.4",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "evil.example",
    "x-forwarded-prefix": "/evil",
    "X-Forwarded-Port": "443",
    "forwarded": "for=1.2.3.4;proto=https",
    "x-real-ip": "1.2.3.4",
    "x-gradio-server": "https://evil.example",
}


@pytest.mark.parametrize(("peer", "trusted"), [("203.0.113.9", OURS), ("127.0.0.1", []), ("11.0.0.1", OURS)])
def test_of_others_nothing_is_believed(peer: str, trusted: list[str]) -> None:
    scope = seen(peer, CLAIMS | {"host": "chat.example"}, trusted)
    assert scope["client"][0] == peer and scope["scheme"] == "http"
    assert scope["headers"] == [(b"host", b"chat.example")]


def test_of_our_proxies_the_headers_that_they_set_are_kept() -> None:
    scope = seen("127.0.0.1", CLAIMS)
    assert scope["client"][0] == "1.2.3.4" and scope["scheme"] == "https"
    kept = Headers(scope=scope)
    assert kept["x-forwarded-prefix"] == "/evil" and kept["x-forwarded-host"] == "evil.example"
    assert not {"forwarded", "x-real-ip", "x-gradio-server"} & set(kept)
    assert seen("127.0.0.1", {"x-real-ip": "1.2.3.4", "forwarded": "for=1.2.3.4"})["client"][0] == "127.0.0.1"


@pytest.mark.parametrize("host", ["1.2.3.4:x", "[", "::::", "/../", "a b", "x" * 5000, ""])
def test_a_host_that_is_none_is_dropped_whoever_forwards_it(host: str) -> None:
    assert "x-forwarded-host" not in Headers(scope=seen("127.0.0.1", {"x-forwarded-host": host}))


@pytest.mark.parametrize("host", ["chat.example", "chat.example:8443", "[2001:db8::7]:443", "a.example, b.example"])
def test_a_host_is_kept(host: str) -> None:
    assert Headers(scope=seen("127.0.0.1", {"x-forwarded-host": host}))["x-forwarded-host"] == host


def test_the_scheme_is_one_that_there_is() -> None:
    assert seen("127.0.0.1", {"x-forwarded-proto": "gopher"})["scheme"] == "http"
    assert seen("127.0.0.1", {"x-forwarded-proto": "https, http"})["scheme"] == "https"
    assert seen("127.0.0.1", {"x-forwarded-proto": "https"}, kind="websocket")["scheme"] == "wss"


def test_a_proxy_that_is_not_named_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        seen("172.18.0.1", {"x-forwarded-for": "1.2.3.4"})
        seen("172.18.0.1", {})
    assert [record.message.partition(",")[0] for record in caplog.records] == ["172.18.0.1 forwards requests"]
    assert "1.2.3.4" not in caplog.text


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("testclient", "?"),
    ],
)
def test_a_household_is_one_address(host: str, address: str) -> None:
    request = SimpleNamespace(client=SimpleNamespace(host=host))
    assert address_of(request) == address
    assert address_of(SimpleNamespace(client=None)) == "?"


@pytest.mark.parametrize("name", ["*", "nginx", "0.0.0.0/0", "::/0", "10.0.0.1/8", "10.0.0.0/33", ""])
def test_what_names_no_proxy_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="trusted_proxies") as refused:
        load_settings(trusted_proxies=[name])
    assert repr(name) in str(refused.value)
    assert load_settings(trusted_proxies=["127.0.0.1", "::1", "10.0.0.0/8"]).trusted_proxies[-1] == "10.0.0.0/8"
