"""Requests that are broken in one way each, as the bytes that are sent.

All are whole but for those named after what is cut: after these the sender closes its side, so that nobody waits for
more.
"""

import json
import random
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

Kind = Callable[[random.Random, str, str, dict[str, str]], bytes]
ODD: list[object] = [None, -1, 10**30, 0.5, "", "x", "\u0000", "\u202e", [], {}, [[]], {"": {}}, ["x"] * 50, "1e999"]
DEEP = (50, 1000, 20_000)
CHAT: dict[str, object] = {
    "model": "champion",
    "messages": [{"role": "user", "content": "How long may I return a lamp?"}],
    "max_tokens": 5,
    "temperature": 0.5,
    "stop": ["x"],
    "stream": True,
    "stream_options": {"include_usage": True},
    "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}},
}
RATING: dict[str, object] = {"id": "chatcmpl-0", "rating": "like", "reasons": ["Wrong"], "comment": "x", "token": "x"}
EVENT: dict[str, object] = {
    "data": ["x", None],
    "fn_index": -1,  # none that is there: what a handler does is not what is broken here
    "session_hash": "tab",
    "event_data": {"message": "x"},
    "trigger_id": 1,
}
FORM = {"name": "Olga", "password": "x", "next": "/review", "id": "x", "code": "000000", "new": "x", "again": "x"}
AS_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Broken:
    """A request as it is sent."""

    kind: str
    method: str
    path: str
    sent: bytes
    ends: bool
    """Whether the sender closes its side after it."""


def broken(chance: random.Random, method: str, path: str, headers: Mapping[str, str]) -> Broken:
    """A request to this route that is broken in a way that chance chooses."""
    kinds: list[tuple[str, Kind]] = [*HEADS.items(), *(BODIES.items() if method not in ("GET", "HEAD") else ())]
    kind, make = chance.choice(kinds)
    told = {"Host": "127.0.0.1", "Connection": "close", **headers}
    return Broken(kind, method, path, make(chance, method, path, told), kind.startswith("cut"))


def _request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"", length: bool = True) -> bytes:
    told = {**headers, **({"Content-Length": str(len(body))} if length else {})}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace") + body


def _valid(path: str) -> dict[str, object]:
    return deepcopy(RATING if "feedback" in path else EVENT if "gradio_api" in path else CHAT)


def _json(make: Callable[[random.Random, str], bytes]) -> Kind:
    def request(chance: random.Random, method: str, path: str, headers: dict[str, str]) -> bytes:
        return _request(method, path, headers | AS_JSON, make(chance, path))

    return request


def _swapped(chance: random.Random, path: str) -> bytes:
    """A valid body, in which one value is another."""
    body = _valid(path)
    puts: list[Callable[[object], None]] = []
    rest: list[object] = [body]
    while rest:
        one = rest.pop()
        if isinstance(one, dict):
            puts += [partial(one.__setitem__, key) for key in one if key != "fn_index"]
            rest += one.values()
        elif isinstance(one, list):
            puts += [partial(one.__setitem__, place) for place in range(len(one))]
            rest += one
    chance.choice(puts)(chance.choice(ODD))
    return json.dumps(body).encode()


def _with_text(chance: random.Random, path: str, texts: list[str]) -> bytes:
    """A valid body, in which one string or number is a text that is no usual JSON."""
    whole = json.dumps(_valid(path))
    marks = [mark for mark in ('"x"', '"champion"', '"tab"', '"user"', "0.5", "true") if mark in whole]
    return whole.replace(chance.choice(marks), chance.choice(texts), 1).encode()


def _cut(chance: random.Random, path: str) -> bytes:
    whole = json.dumps(_valid(path)).encode()
    return whole[: chance.randrange(len(whole))]


def _noisy(chance: random.Random, path: str) -> bytes:
    whole = json.dumps(_valid(path)).encode()
    place = chance.randrange(len(whole))
    return whole[:place] + chance.randbytes(chance.choice([1, 8, 500])) + whole[place:]


def _deep(chance: random.Random, path: str) -> bytes:
    depth, (left, right) = chance.choice(DEEP), chance.choice([(b"[", b"]"), (b'{"a":', b"}")])
    nest = left * depth + b"0" + right * depth * chance.choice([0, 1])
    return chance.choice([nest, json.dumps(_valid(path)).encode()[:-1] + b', "more": ' + nest + b"}"])


def _many(chance: random.Random, path: str) -> bytes:
    more: dict[str, object] = {f"field{number}": number for number in range(chance.choice([100, 20_000]))}
    return json.dumps(more | _valid(path)).encode()


def _long(chance: random.Random, path: str) -> bytes:
    return json.dumps(_valid(path) | {chance.choice(["user", "data", "comment", "id"]): "x" * 500_000}).encode()


def _form(chance: random.Random, method: str, path: str, headers: dict[str, str]) -> bytes:
    targets = ["//evil.example", "\\\\evil", "/\n/x", "javascript:x"]
    bodies = [
        b"name=%zz&password=%ff%fe&next=%00",
        b"&".join(b"name=x" for _ in range(2000)),
        urlencode(FORM).encode() + b"&name=" + chance.randbytes(50),
        b"=" * 1000,
        b"name=" + b"x" * 15_000,
        urlencode({**FORM, "next": chance.choice(targets)}).encode(),
    ]
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return _request(method, path, headers | kind, chance.choice(bodies))


def _multipart(chance: random.Random, method: str, path: str, headers: dict[str, str]) -> bytes:
    kind = chance.choice(["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=x"])
    part = b'--x\r\nContent-Disposition: form-data; name="name"; filename="../../x"\r\n\r\nx\r\n'
    body = chance.choice([b"", part, part + b"--x--", chance.randbytes(200), part * 150])
    return _request(method, path, headers | {"Content-Type": kind}, body)


def _typed(chance: random.Random, method: str, path: str, headers: dict[str, str]) -> bytes:
    kinds = [
        "",
        "text/plain",
        "application/json; charset=utf-7",
        "application/xml",
        "x" * 500,
        "application/json;;=",
        "/",
    ]
    body = json.dumps(_valid(path)).encode(chance.choice(["utf-8", "utf-16", "utf-32"]))
    return _request(method, path, headers | {"Content-Type": chance.choice(kinds)}, body)


def _shortened(chance: random.Random, method: str, path: str, headers: dict[str, str]) -> bytes:
    whole = json.dumps(_valid(path)).encode()
    told = headers | AS_JSON | {"Content-Length": str(len(whole) + 10)}
    return _request(method, path, told, whole[: chance.randrange(len(whole))], length=False)


def _chunked(chance: random.Random, method: str, path: str, headers: dict[str, str]) -> bytes:
    bodies = [
        b"zz\r\nx\r\n0\r\n\r\n",
        b"-1\r\n\r\n",
        b"5\r\nab",
        b"1\r\nxx\r\n0\r\n\r\n",
        b"f" * 40 + b"\r\n",
        b"0\r\n",
    ]
    return _request(method, path, headers | {"Transfer-Encoding": "chunked"}, chance.choice(bodies), length=False)


def _lengths(chance: random.Random, method: str, path: str, headers: dict[str, str]) -> bytes:
    told = chance.choice(
        ["-1", "1x", "", "9" * 30, "0, 5", "1\r\nContent-Length: 2", "0\r\nTransfer-Encoding: chunked"]
    )
    return _request(method, path, headers | {"Content-Length": told}, b"0\r\n\r\n", length=False)


def _header(values: list[str], names: list[str]) -> Kind:
    def request(chance: random.Random, method: str, path: str, headers: dict[str, str]) -> bytes:
        return _request(method, path, headers | {chance.choice(names): chance.choice(values)})

    return request


def _methods(chance: random.Random, method: str, path: str, headers: dict[str, str]) -> bytes:
    odd = chance.choice(["BREW", "get", "TRACE", "CONNECT", "PROPFIND", "X" * 300, "G\u00e9T", "", "GET /x", "PRI"])
    return _request(odd, path, headers)


def _paths(chance: random.Random, method: str, path: str, headers: dict[str, str]) -> bytes:
    odd = [
        "%00",
        "%ff",
        "/../../etc/passwd",
        "/%2e%2e/x",
        "//",
        ";x",
        "\\",
        "?" + "a=1&" * 3000,
        "?next=%ff",
        "#x",
        "%",
    ]
    odd += ["?session_hash=" + "x" * 5000, "/" + "x" * 9000, "?done[]=x&fault=%00", "?__theme=%ed%b3%bf"]
    whole = chance.choice([path + chance.choice(odd), f"http://evil.example{path}", "*", path.replace("/", "//")])
    return _request(method, whole, headers)


def _lines(chance: random.Random, method: str, path: str, headers: dict[str, str]) -> bytes:
    first = [
        f"{method} {path}",
        f"{method} {path} HTTP/9.9",
        f"{method} {path} HTTP/1.1 x",
        "\x16\x03\x01",
        "",
        "x" * 999,
    ]
    return (chance.choice(first) + "\r\nHost: x\r\nConnection: close\r\n\r\n").encode("latin-1")


def _crowd(chance: random.Random, method: str, path: str, headers: dict[str, str]) -> bytes:
    return _request(method, path, headers | {f"X-{number}": "x" for number in range(chance.choice([200, 2000]))})


NO_OBJECTS = [b"", b"null", b"[]", b'"x"', b"1", b" " * 5000, b"{}{}"]
NUMBERS = ["1e999", "-1e999", "NaN", "Infinity", "1" * 5000, "0x1", "1_0", "-0", "9" * 20]
TEXTS = ['"\\ud800"', '"\\ud800\\udc00"', '"\\u0000"', '"\\udfff x"', "'x'", '"\\x"', '"\t"', "undefined"]
HUGE = ["x" * 5_000, "x" * 70_000, "\xff" * 200, "\x00", "\x01\x7f", "a\r\n b", "; ".join(["a=b"] * 2000), "=;=;="]
BODIES: dict[str, Kind] = {
    "cut JSON": _json(_cut),
    "not UTF-8": _json(_noisy),
    "deep nesting": _json(_deep),
    "wrong type": _json(_swapped),
    "odd number": _json(lambda chance, path: _with_text(chance, path, NUMBERS)),
    "odd text": _json(lambda chance, path: _with_text(chance, path, TEXTS)),
    "many fields": _json(_many),
    "long text": _json(_long),
    "no object": _json(lambda chance, path: chance.choice(NO_OBJECTS)),
    "form": _form,
    "multipart": _multipart,
    "odd type of body": _typed,
    "cut body": _shortened,
    "cut or wrong chunks": _chunked,
    "cut by wrong length": _lengths,
}
HEADS: dict[str, Kind] = {
    "odd method": _methods,
    "odd path": _paths,
    "odd first line": _lines,
    "many headers": _crowd,
    "odd header": _header(HUGE, ["X-Odd", "Accept", "Accept-Encoding", "User-Agent", "Referer", "Range", "Expect"]),
    "odd cookie": _header([*HUGE, "chatbot_staff=\xff; chatbot_visitor=.."], ["Cookie"]),
    "odd key": _header([*HUGE, "Bearer", "Bearer \xff", "Basic eDp4", "Bearer " + "x" * 5000], ["Authorization"]),
    "odd origin": _header([*HUGE, "http://[", "null", "http://:x@", "//"], ["Origin", "Referer", "Host"]),
    "odd forwarding": _header(
        [*HUGE, "::::", "1.2.3.4:x", "[", "javascript", "/../", ",,,,"],
        ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Prefix", "X-Forwarded-Host", "Forwarded"],
    ),
    "odd wishes": _header(
        ["h2c", "websocket", "100-continue", "bytes=9-1", "trailers", "*"], ["Upgrade", "Expect", "TE"]
    ),
}
