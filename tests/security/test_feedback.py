"""Ratings of replies that were given to somebody else, by everybody who might try, with everything they might know."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import httpx
import pytest

from chatbot.records import Feedback
from chatbot.store import Store, open_store
from chatbot.web.access import STAFF_COOKIE, VISITOR_COOKIE, Access
from tests.conftest import Serve
from tests.product import OPERATOR, build_product

ASKED = {"model": "champion", "messages": [{"role": "user", "content": "How long may I return a lamp?"}]}
Keys = dict[str, str]


@dataclass(frozen=True)
class Shop:
    """The running product, its store, and a token of a key of each role."""

    url: str
    store: Store
    access: Access
    keys: Keys

    def ask(self, **given: object) -> httpx.Response:
        return httpx.post(f"{self.url}/v1/chat/completions", json=ASKED | given, timeout=60)

    def rate(self, body: dict[str, object], cookies: dict[str, str] | None = None, key: str = "") -> httpx.Response:
        headers = {"authorization": f"Bearer {self.keys[key]}"} if key else {}
        sent = {"rating": "dislike"} | body
        return httpx.post(f"{self.url}/v1/feedback", json=sent, cookies=cookies, headers=headers, timeout=60)

    def on(self, reply: httpx.Response) -> list[Feedback]:
        return self.store.feedback.on(reply.json()["id"].removeprefix("chatcmpl-"))

    def staff(self, name: str) -> dict[str, str]:
        return {STAFF_COOKIE: self.access.staff_token(self.store.accounts.named(name))}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, serve_module: Serve) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("feedback")
    url = serve_module(build_product(folder))
    with closing(open_store(folder / "home" / "chatbot.db")) as store:
        keys = {role: store.keys.add(role, role) for role in ("app", "agent")}
        yield Shop(url, store, Access(store, folder / "home" / "cookie.key"), keys)


def id_of(reply: httpx.Response) -> dict[str, object]:
    return {"id": reply.json()["id"]}


def token_of(reply: httpx.Response) -> str:
    return str(reply.json()["feedback_token"])


def test_who_knows_the_id_of_a_reply_cannot_rate_it(shop: Shop) -> None:
    reply, other = shop.ask(), shop.ask()
    tries = {
        "stranger": (shop.rate(id_of(reply)), 401),
        "other visitor": (shop.rate(id_of(reply), dict(other.cookies)), 404),
        "forged cookie": (shop.rate(id_of(reply), {VISITOR_COOKIE: "x.y.z"}), 401),
        "app": (shop.rate(id_of(reply), key="app"), 404),
        "app that names a user": (shop.rate(id_of(reply) | {"user": "ann"}, key="app"), 404),
        "token of another reply": (shop.rate(id_of(reply) | {"token": token_of(other)}), 404),
        "cookie as token": (shop.rate(id_of(reply) | {"token": reply.cookies[VISITOR_COOKIE]}), 404),
        "id as token": (shop.rate(id_of(reply) | {"token": reply.json()["id"]}), 404),
    }
    assert {who: answer.status_code for who, (answer, _) in tries.items()} == {
        who: status for who, (_, status) in tries.items()
    }
    assert shop.on(reply) == []


def test_a_reply_that_does_not_exist_is_answered_alike(shop: Shop) -> None:
    reply, other = shop.ask(), shop.ask()
    words = {
        shop.rate({"id": id, "token": token}, cookies, key).text.replace(str(id), "…")
        for id in (reply.json()["id"], "chatcmpl-0123456789abcdef")
        for token, cookies, key in ((token_of(other), None, ""), ("", dict(other.cookies), ""), ("", None, "app"))
    }
    assert len(words) == 1


@pytest.mark.parametrize("stream", [False, True])
def test_whoever_got_the_reply_rates_it(shop: Shop, stream: bool) -> None:
    told = shop.ask(stream=stream)
    line = told.text.split("\n\n")[0].removeprefix("data: ") if stream else told.text
    reply = json.loads(line)
    own: dict[str, object] = {"id": reply["id"]}
    assert shop.rate(own, dict(told.cookies)).status_code == 200
    assert shop.rate(own | {"token": reply["feedback_token"], "rating": "like"}).status_code == 200
    kept = shop.store.feedback.on(reply["id"].removeprefix("chatcmpl-"))
    assert [(one.value, one.role) for one in kept] == [("like", "visitor")], "one rating for one visitor"


def test_staff_rate_every_reply_in_their_own_name(shop: Shop) -> None:
    reply = shop.ask()
    shop.rate(id_of(reply), dict(reply.cookies))
    assert shop.rate(id_of(reply) | {"rating": "like"}, shop.staff(OPERATOR)).status_code == 200
    assert shop.rate(id_of(reply) | {"rating": "like"}, key="agent").status_code == 200
    assert sorted((one.role, one.value) for one in shop.on(reply)) == [
        ("agent", "like"),
        ("operator", "like"),
        ("visitor", "dislike"),
    ]


def test_a_token_gives_no_stars_and_whoever_left_the_staff_gives_none(shop: Shop) -> None:
    reply = shop.ask()
    graded: dict[str, object] = id_of(reply) | {"stars": {"accuracy": 1}, "correction": "No."}
    left = shop.store.people.add_staff("Lea", "agent", "correct horse battery")
    cookies = {STAFF_COOKIE: shop.access.staff_token(left)}
    shop.store.accounts.disable(left, "system")
    for answer in (shop.rate(graded | {"token": token_of(reply)}), shop.rate(graded, cookies | dict(reply.cookies))):
        assert answer.status_code == 401
    assert shop.rate(id_of(reply), cookies).status_code == 401
    assert shop.on(reply) == []


def send_event(http: httpx.Client, handler: str, event: dict[str, object], data: list[object]) -> str:
    """What the page answers to an event that a script sends in its place."""
    config = http.get("/config").json()
    index = next(fn["id"] for fn in config["dependencies"] if fn["api_name"] == handler)
    body = {"data": data, "fn_index": index, "session_hash": "tab", "event_data": event}
    assert http.post("/gradio_api/queue/join", json=body).status_code == 200
    with http.stream("GET", "/gradio_api/queue/data", params={"session_hash": "tab"}) as stream:
        return next(line for line in stream.iter_lines() if "process_completed" in line)


def test_the_chat_page_takes_ratings_of_the_visitors_own_replies_only(shop: Shop) -> None:
    reply, other = shop.ask(), shop.ask()
    message = reply.json()["id"].removeprefix("chatcmpl-")
    event: dict[str, object] = {"message": message, "value": "dislike", "reasons": [], "comment": "not mine"}
    for cookies in ({}, dict(other.cookies), shop.staff("Anna")):
        with httpx.Client(base_url=shop.url, cookies=cookies, timeout=60) as http:
            told = send_event(http, "rate", event, [])
            assert '"thanks": ""' in told or '"thanks":""' in told
    assert shop.on(reply) == []
    with httpx.Client(base_url=shop.url, cookies=dict(reply.cookies), timeout=60) as http:
        send_event(http, "rate", event, [])
    assert [one.value for one in shop.on(reply)] == ["dislike"]
