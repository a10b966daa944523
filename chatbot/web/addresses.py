"""From which address a request comes. What a header says of it counts only where one of our own proxies sent it.

`ProxyMiddleware` stands before everything else, so that whatever reads a forwarded header behind it (Gradio does) reads
a true one. Of the headers that name an address `X-Forwarded-For` is read alone: every proxy adds to it, and passes the
others on as the client wrote them.
"""

import logging
import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Protocol

from starlette.datastructures import Address, Headers
from starlette.types import ASGIApp, Receive, Scope, Send

FORWARDED = b"x-forwarded-"
NEVER_READ = (b"forwarded", b"x-real-ip", b"x-gradio-server")
HOST = re.compile(rb"(?:[\w.-]{1,253}|\[[\da-fA-F:.]{2,45}\])(?::\d{1,5})?")
SCHEMES = ("http", "https")
HOUSEHOLD_BITS = 64
UNKNOWN = "?"

logger = logging.getLogger(__name__)


class Connection(Protocol):
    """A request, as Starlette or Gradio has it."""

    @property
    def client(self) -> Address | None:
        """Who is at the other end, or the one whom a proxy of ours names."""
        ...


class ProxyMiddleware:
    """Puts the client's address and scheme in the place of the proxy's, and drops what others say of them."""

    def __init__(self, app: ASGIApp, trusted_proxies: Sequence[str] = ()) -> None:
        self._app = app
        self._trusted = [ip_network(name) for name in trusted_proxies]
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as it came to the outermost proxy."""
        if scope["type"] in ("http", "websocket"):
            peer = scope["client"][0] if scope.get("client") else ""
            scope = self._seen(scope) if self._trusts(peer) else self._without_claims(scope, peer)
        await self._app(scope, receive, send)

    def _seen(self, scope: Scope) -> Scope:
        told = Headers(scope=scope)
        headers = [(name, value) for name, value in scope["headers"] if not _is_odd(name.lower(), value)]
        scheme = told.get("x-forwarded-proto", "").split(",")[0].strip().lower()
        if scheme not in SCHEMES:
            scheme = scope["scheme"]
        elif scope["type"] == "websocket":
            scheme = scheme.replace("http", "ws")
        client = self._client(scope["client"][0], ",".join(told.getlist("x-forwarded-for")))
        return {**scope, "headers": headers, "scheme": scheme, "client": (client, 0)}

    def _client(self, peer: str, forwarded_for: str) -> str:
        """The last address before the proxies that are ours; of what cannot be read, the one that passed it on."""
        known = peer
        for entry in reversed(forwarded_for.split(",")):
            address = _address(_without_port(entry.strip()))
            if address is None:
                break
            known = str(address)
            if not self._trusts(known):
                break
        return known

    def _without_claims(self, scope: Scope, peer: str) -> Scope:
        kept = [(name, value) for name, value in scope["headers"] if not _is_claim(name.lower())]
        if len(kept) < len(scope["headers"]) and not self._warned:
            self._warned = True
            logger.warning(
                "%s forwards requests, but the setting trusted_proxies does not name it: all who come through it count "
                "as one address, without https. Name it if it is your proxy.",
                peer or "an unknown address",
            )
        return {**scope, "headers": kept}

    def _trusts(self, host: str) -> bool:
        address = _address(host)
        return address is not None and any(address in network for network in self._trusted)


def address_of(request: Connection) -> str:
    """Where a request comes from, as far as its limits go: an IPv6 address by its network, which is one household's."""
    client = getattr(request, "client", None)
    address = _address(client.host) if client else None
    if isinstance(address, IPv6Address):
        return str(ip_network((address, HOUSEHOLD_BITS), strict=False))
    return str(address) if address else UNKNOWN


def _is_claim(name: bytes) -> bool:
    return name.startswith(FORWARDED) or name in NEVER_READ


def _is_odd(name: bytes, value: bytes) -> bool:
    """Whether a header of a proxy is one that is never read, or names a host that is none."""
    return name in NEVER_READ or (name == FORWARDED + b"host" and not HOST.fullmatch(value.split(b",")[0].strip()))


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _without_port(entry: str) -> str:
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    return entry.partition(":")[0] if entry.count(":") == 1 else entry
