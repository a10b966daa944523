"""Attacks on the limits: told addresses, told prefixes, many names and cookies, a second process on the same home."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app import build_app
from chatbot.settings import load_settings
from chatbot.store import open_store
from tests.conftest import PASSWORD, SMALL_BASE
from tests.packs import write_pack

ROOT = Path(__file__).resolve().parents[2]
Serve = Callable[[FastAPI], str]
BODY = {"model": "champion", "messages": [{"role": "user", "content": "Hello"}]}
CLAIMS: list[Callable[[int], dict[str, str]]] = [
    lambda number: {"X-Forwarded-For": f"198.51.100.{number}"},
    lambda number: {"X-Real-IP": f"198.51.100.{number}"},
    lambda number: {"Forwarded": f"for=198.51.100.{number}"},
]


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., FastAPI]:
    """The whole product; every call is another installation of it on the same home."""
    pack = str(write_pack(tmp_path / "lamps"))
    settings = partial(load_settings, engine="scripted", pack=pack, min_score=0.1, auto_train=False)
    with closing(open_store(settings().database)) as store:
        store.people.add_staff("Olga", "operator", PASSWORD)
    return lambda **given: build_app(settings(**given))


def sign_in(url: str, name: str, password: str = "wrong", **headers: str) -> httpx.Response:
    return httpx.post(f"{url}/login", data={"name": name, "password": password}, headers=headers, timeout=60)


def test_told_addresses_give_no_further_tries(build: Callable[..., FastAPI], serve: Serve) -> None:
    url = serve(build())
    tries = [sign_in(url, f"name{number}", **CLAIMS[number % 3](number)).status_code for number in range(16)]
    assert tries.count(401) == 10 and tries[10:] == [429] * 6


def told(answer: httpx.Response, name: str) -> str:
    """A page without the name that was tried and the seconds that are left."""
    return re.sub(r"\d+ seconds?", "", answer.text).replace(f'value="{name}"', "")


@pytest.mark.parametrize("proxies", [[], ["127.0.0.1"]], ids=["at the door", "behind a proxy"])
def test_an_account_has_few_tries_whatever_headers_say(
    build: Callable[..., FastAPI], serve: Serve, proxies: list[str]
) -> None:
    url = serve(build(trusted_proxies=proxies))
    tries = [sign_in(url, "Olga", **{"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(14)]
    assert 1 <= [answer.status_code for answer in tries].count(401) <= 10
    assert tries[-1].status_code == 429 and 1 <= int(tries[-1].headers["retry-after"]) <= 300
    assert re.search(r"Too many attempts for this name. Try again in \d+ seconds?\.", tries[-1].text)
    unknown = [sign_in(url, "Nobody", **{"X-Forwarded-For": f"203.0.113.{number}"}) for number in range(7)]
    if proxies:
        assert unknown[-1].status_code == 429
        for known, nobody in ((tries[-1], unknown[-1]), (tries[0], unknown[0])):
            assert told(known, "Olga") == told(nobody, "Nobody")


def test_an_open_session_stays_and_a_known_place_is_not_locked(build: Callable[..., FastAPI], serve: Serve) -> None:
    url = serve(build(trusted_proxies=["127.0.0.1"]))
    home = {"X-Forwarded-For": "192.0.2.1"}
    signed_in = sign_in(url, "Olga", PASSWORD, **home)
    assert signed_in.status_code == 303
    for number in range(12):
        sign_in(url, "Olga", **{"X-Forwarded-For": f"198.51.100.{number}"})
    assert sign_in(url, "Olga", PASSWORD, **{"X-Forwarded-For": "198.51.100.99"}).status_code == 429
    assert sign_in(url, "Olga", PASSWORD, **home).status_code == 303
    assert httpx.get(f"{url}/operate/", cookies=signed_in.cookies, timeout=60).status_code == 200


def test_scheme_and_prefix_come_from_named_proxies_alone(build: Callable[..., FastAPI], serve: Serve) -> None:
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/evil", "X-Forwarded-Host": "evil.example"}
    answers = {}
    for proxies in ([], ["127.0.0.1"]):
        url = serve(build(trusted_proxies=proxies))
        page = httpx.get(url, headers=told | {"accept": "text/html"}, timeout=60)
        answers[len(proxies)] = (page.headers["set-cookie"], page.text)
    cookie, page_text = answers[0]
    assert "Secure" not in cookie and "Path=/;" in cookie and "evil" not in page_text
    assert "Secure" in answers[1][0] and "Path=/evil;" in answers[1][0]


def test_a_second_server_on_the_same_home_gives_no_further_tries(build: Callable[..., FastAPI], serve: Serve) -> None:
    urls = [serve(build(api_rate="4/hour")) for _ in range(2)]
    tries = [sign_in(urls[number % 2], f"name{number}").status_code for number in range(14)]
    assert tries.count(401) == 10
    asked = [httpx.get(f"{urls[number % 2]}/v1/models", timeout=60).status_code for number in range(8)]
    assert asked == [200] * 4 + [429] * 4


@pytest.mark.parametrize("claim", CLAIMS)
def test_no_request_to_the_api_is_left_uncounted(
    build: Callable[..., FastAPI], serve: Serve, claim: Callable[[int], dict[str, str]]
) -> None:
    url = serve(build(api_rate="6/hour", api_open=False))
    with httpx.Client(base_url=url, timeout=60) as http:
        statuses = [
            http.get("/v1/models", headers=claim(1)).status_code,
            http.get("/v1/models", headers=claim(2) | {"authorization": "Bearer wrong"}).status_code,
            http.post("/v1/chat/completions", json={}, headers=claim(3)).status_code,
            http.post("/v1/chat/completions", json=BODY | {"model": "other"}, headers=claim(4)).status_code,
            http.get("/v1/no/such", headers=claim(5)).status_code,
            http.post("/v1/feedback", json={}, headers=claim(6)).status_code,
        ]
        assert 429 not in statuses
        refused = http.get("/v1/models", headers=claim(7))
        assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1


def chat(http: httpx.Client, text: str) -> None:
    """Send a message as the page does, and wait until its event is over."""
    config = http.get("/config").json()
    index = next(fn["id"] for fn in config["dependencies"] if fn["api_name"] == "ask")
    joined = {"data": [text, None, None], "fn_index": index, "session_hash": f"tab {text}"}
    assert http.post("/gradio_api/queue/join", json=joined).status_code == 200
    with http.stream("GET", "/gradio_api/queue/data", params={"session_hash": joined["session_hash"]}) as stream:
        next(line for line in stream.iter_lines() if "process_completed" in line)


def test_dropping_the_cookie_gives_no_further_messages(build: Callable[..., FastAPI], serve: Serve, home: Path) -> None:
    url = serve(build(message_rate="1/hour", people_per_address=2))
    for number in range(4):
        with httpx.Client(base_url=url, timeout=60, headers={"X-Forwarded-For": f"198.51.100.{number}"}) as http:
            http.get("/")
            chat(http, f"Hello {number}")
    with closing(open_store(home / "chatbot.db")) as store:
        asked = store.database.row("select count(*) as n from messages where role = 'user'")
    assert asked == {"n": 2}


@pytest.fixture
def real_server(tmp_path: Path, home: Path) -> Iterator[str]:
    """`python app.py` as it is started by hand; its address."""
    environment = {
        **os.environ,
        "CHATBOT_HOME": str(home),
        "CHATBOT_ENGINE": "scripted",
        "CHATBOT_BASE_MODEL": SMALL_BASE,
        "CHATBOT_PACK": str(write_pack(tmp_path / "lamps")),
        "FORWARDED_ALLOW_IPS": "*",
    }
    command = [sys.executable, "app.py", "--port", "0", "--no-train"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        told = (re.match(r"chat: (http://\S+)", line) for line in process.stderr)
        try:
            yield next(found[1] for found in told if found)
        finally:
            process.kill()


def test_the_server_as_it_is_started_believes_no_header(real_server: str) -> None:
    tries = [sign_in(real_server, f"n{number}", **{"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(12)]
    assert [answer.status_code for answer in tries] == [401] * 10 + [429] * 2
    assert "from your address" in tries[-1].text
