"""The attacks find what is open in an application that is open on purpose, and nothing in the product."""

import json
import random
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace

import pytest
from click.testing import CliRunner
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from benchmarks.attack import attack, command, found_open
from benchmarks.attacks.bodies import BODIES, HEADS, broken
from benchmarks.attacks.malformed import storm
from benchmarks.attacks.matrix import FOREIGN, Cast, Matrix, allowed, origin_matrix, role_matrix, with_other_methods
from benchmarks.attacks.passwords import Guesses, guess, most_within
from benchmarks.attacks.routes import routes_of
from benchmarks.attacks.target import target
from tests.conftest import Serve

CAST: Cast = {
    "stranger": dict,
    "agent": lambda: {"cookie": "who=agent"},
    "operator": lambda: {"cookie": "who=operator"},
}


@pytest.fixture
def toy() -> FastAPI:
    """Staff pages of which one lets agents too far in and one keeps operators out; no origin is refused."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    def answer(request: Request, *roles: str) -> Response:
        return PlainTextResponse("", 200 if request.cookies.get("who") in roles else 401)

    @app.get("/review/")
    def review(request: Request) -> Response:
        return answer(request, "agent")

    @app.get("/operate/")
    def operate(request: Request) -> Response:
        return answer(request, "agent", "operator")

    @app.get("/shared")
    def shared() -> Response:
        return PlainTextResponse("", headers={"access-control-allow-origin": "*"})

    @app.post("/login")
    def login() -> Response:
        return PlainTextResponse("", 401)

    @app.post("/fails")
    async def fails(request: Request) -> Response:
        try:
            json.loads(await request.body())
        except (ValueError, RecursionError):
            return JSONResponse({}, 500)
        return JSONResponse({})

    return app


def test_what_a_role_may_use_follows_from_the_pages() -> None:
    assert allowed("/", "stranger") and allowed("/v1/models", "app's key") and allowed("/review/x", "agent")
    assert not allowed("/operate/api/overview", "agent") and not allowed("/operate", "agent's key")
    assert not allowed("/metrics", "agent") and allowed("/metrics", "operator")
    methods = with_other_methods([("GET", "/")])
    assert {("GET", "/"), ("DELETE", "/operate"), ("PUT", "/account/"), ("POST", "/metrics")} <= set(methods)


def test_the_matrix_of_roles_finds_what_is_open_and_what_is_shut(toy: FastAPI, serve: Serve) -> None:
    routes = [one for one in routes_of(toy.routes) if one[0] == "GET"]
    found = role_matrix(serve(toy), routes, CAST)
    assert found.asked == len(routes) * len(CAST) == 9
    assert found.holes == ["agent: GET /operate/ gives 200"]
    assert found.shut == ["operator: GET /review/ gives 401"]


def test_the_matrix_of_origins_finds_what_answers_other_pages(toy: FastAPI, serve: Serve) -> None:
    found = origin_matrix(serve(toy), [("GET", "/shared")], CAST["operator"])
    assert len(found.holes) == found.asked == len(FOREIGN)
    assert "gives 200, ['access-control-allow-origin']" in found.holes[0]


def test_tries_at_a_password_are_counted_by_the_minute(toy: FastAPI, serve: Serve) -> None:
    guesses = guess(serve(toy), "Olga", 0.5)
    assert guesses.sent == guesses.tried == guesses.most_a_minute > 0 and guesses.told_to_wait == 0
    assert most_within([0, 10, 59, 61, 62, 119.5]) == 4 and most_within([]) == 0


def test_a_storm_tells_failures_and_growth(toy: FastAPI, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.attacks.malformed.READERS", [("POST", "/fails")])
    sizes = iter(range(100, 200))
    found = storm(serve(toy), [("POST", "/fails")], CAST, 60, lambda: float(next(sizes)))
    assert found.asked == 60 and found.failed and found.statuses[500] == len(found.failed)
    assert found.growth == pytest.approx(159 / 119, abs=0.001)
    told = found_open({"roles": Matrix(holes=["x"])}, Guesses(60, 20, 11, 9, 11), found)
    assert told[:2] == ["roles: x", "passwords: 11 tries at one account within a minute"]
    assert len(told) == 3 + len(found.failed) + len(found.late)


def test_what_answers_late_is_told(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    app = FastAPI()
    monkeypatch.setattr("benchmarks.attacks.malformed.LATE_SECONDS", 0.02)

    @app.middleware("http")
    async def wait(request: Request, go_on: Callable[[Request], Response]) -> Response:
        time.sleep(0.04)
        return PlainTextResponse("")

    found = storm(serve(app), [("POST", "/x")], {"stranger": dict}, 20, lambda: 1.0)
    assert found.late and found.slowest > 0.04 and not found.failed


def test_every_kind_of_broken_request_can_be_made() -> None:
    chance, seen = random.Random(0), set()
    for number in range(2000):
        path = ("/login", "/v1/chat/completions", "/v1/feedback", "/gradio_api/queue/join")[number % 4]
        one = broken(chance, "POST", path, {"cookie": "a=b"})
        assert one.sent and one.ends == one.kind.startswith("cut")
        seen.add(one.kind)
    assert seen == {*BODIES, *HEADS}
    assert broken(chance, "GET", "/", {}).kind in HEADS


def test_the_product_withstands_a_few_of_each() -> None:
    with target() as aim:
        assert {("GET", "/operate/api/overview"), ("POST", "/v1/feedback"), ("POST", "/login")} <= set(aim.routes)
        result = attack(replace(aim, routes=aim.routes[::20]), requests=20, seconds=2)
    assert result["open"] == []
    assert result["roles"]["asked"] > 400 and result["ownership"]["asked"] > 80 and result["origins"]["asked"] > 50
    assert 1 <= result["passwords"]["tried"] <= 10 and result["malformed"]["requests"] == 20


@pytest.mark.parametrize(("found", "code"), [([], 0), (["roles: x"], 1)])
def test_what_is_open_is_the_exit_code(monkeypatch: pytest.MonkeyPatch, found: list[str], code: int) -> None:
    monkeypatch.setattr("benchmarks.attack.target", nullcontext)
    monkeypatch.setattr("benchmarks.attack.attack", lambda aim, requests, seconds: {"open": found})
    ended = CliRunner().invoke(command, ["--json"])
    assert ended.exit_code == code and json.loads(ended.stdout)["open"] == found
