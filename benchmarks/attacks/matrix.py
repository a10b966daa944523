"""Requests to every route, and what of their answers is not as it should be: roles, and pages of other origins.

What is expected is derived from `pages.py`, from the closed pages and from who may use the API, never from answers.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from urllib.parse import urlsplit

import httpx

from benchmarks.running_product import NoCookies
from chatbot.web.closed_pages import PAGES as CLOSED_PAGES
from chatbot.web.pages import OPERATE, STAFF_PAGES

Routes = Sequence[tuple[str, str]]
Cast = Mapping[str, Callable[[], dict[str, str]]]
"""By the name of a role, what makes the headers by which it is known; they are made anew for each request."""
STAFF = ("agent", "operator")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
READING = ("GET", "HEAD")
REFUSED = (401, 403)
STREAMS = "text/event-stream"
PATIENCE = 60

EVIL = "https://evil.example"
CROSS = {"sec-fetch-site": "cross-site"}
FOREIGN = {
    "fetch": {"origin": EVIL, **CROSS, "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
    "another port of this host": {"origin": "http://127.0.0.1:1", "sec-fetch-site": "same-site"},
    "a browser of old": {"origin": EVIL},
    "a sandbox": {"origin": "null"},
    "image": {**CROSS, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
    "script": {**CROSS, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"},
    "frame": {**CROSS, "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
}
FOREIGN_WRITING = {
    "form": {"origin": EVIL, **CROSS, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
    "referer": {"referer": f"{EVIL}/page"},
}
"""What a page of another origin makes a browser send; the latter with what is no reading."""


@dataclass
class Matrix:
    """How many requests were made; those that got more than they should, and those that got less."""

    asked: int = 0
    holes: list[str] = field(default_factory=list)
    shut: list[str] = field(default_factory=list)


def allowed(path: str, role: str) -> bool:
    """Whether a role may use what stands at a path."""
    page = next((page for page in STAFF_PAGES if page.holds(path)), None)
    if page is None and path in CLOSED_PAGES:
        page = OPERATE
    return page is None or (role in STAFF and role in page.roles)


def with_other_methods(routes: Routes) -> Routes:
    """The routes, and every other method on the first route of each page that is not for everybody."""
    pages = [page.path for page in STAFF_PAGES] + list(CLOSED_PAGES)
    firsts = [path for page in pages for path in ((page,) if page in CLOSED_PAGES else (page, f"{page}/"))]
    return sorted({*routes, *product(METHODS, firsts)})


def role_matrix(url: str, routes: Routes, cast: Cast) -> Matrix:
    """Every role asks for every route, with an empty body."""
    found = Matrix()
    with _stranger(url) as http:
        for (method, path), (role, headers) in product(routes, cast.items()):
            status, answered = _ask(http, method, path, headers())
            refused = status in REFUSED or urlsplit(answered.get("location", "")).path == "/login"
            told = f"{role}: {method} {path} gives {status}"
            found.asked += 1
            if not allowed(path, role) and not refused:
                found.holes.append(told)
            elif allowed(path, role) and method in READING and status in REFUSED:
                found.shut.append(told)
    return found


def origin_matrix(url: str, routes: Routes, headers: Callable[[], dict[str, str]]) -> Matrix:
    """Pages of other origins make the browser of whoever has these headers ask for every route."""
    found = Matrix()
    asked = [(method, path, *kind) for method, path in routes for kind in _kinds(method)]
    with _stranger(url) as http:
        for method, path, kind, told in asked:
            status, answered = _ask(http, method, path, headers() | told | {"content-type": "text/plain"})
            found.asked += 1
            given = [name for name in answered if name.startswith("access-control-") or name == "set-cookie"]
            if status != 403 or given:
                found.holes.append(f"{kind}: {method} {path} gives {status}, {given}")
    return found


def _kinds(method: str) -> Iterable[tuple[str, dict[str, str]]]:
    return (FOREIGN if method in READING else FOREIGN | FOREIGN_WRITING).items()


def _stranger(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, cookies=NoCookies(), timeout=PATIENCE)


def _ask(http: httpx.Client, method: str, path: str, headers: dict[str, str]) -> tuple[int, httpx.Headers]:
    """Status and headers; a stream of events is left once it has begun."""
    with http.stream(method, path, headers=headers) as answer:
        if STREAMS not in answer.headers.get("content-type", ""):
            answer.read()  # so that the connection can be used again
        return answer.status_code, answer.headers
