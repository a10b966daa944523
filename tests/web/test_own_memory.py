"""What a visitor reads, changes and deletes of what is remembered of them."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from chatbot.dialogue.opening import open_session
from chatbot.dialogue.session import Session
from chatbot.settings import load_settings
from chatbot.store import open_store
from chatbot.web.access import VISITOR_COOKIE, Access
from chatbot.web.own_memory import own_memory, own_memory_routes
from tests.conftest import Serve
from tests.packs import PERSONA, write_pack

FIELDS = """
[memory.fields.name]
label = "Name"
phrases = ["my name is *"]
[memory.fields.product]
label = "Has"
phrases = ["I have a *"]
values = ["lamp", "rug"]
"""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    folder = write_pack(tmp_path / "lamps")
    (folder / "pack.toml").write_text(PERSONA + FIELDS, encoding="utf-8")
    settings = load_settings(engine="scripted", pack=str(folder), min_score=0.1)
    store = open_store(settings.database)
    session = open_session(settings, store)
    yield session
    session.live.close()
    store.database.close()


@pytest.fixture
def ada(session: Session, access: Access, serve: Serve) -> Iterator[httpx.Client]:
    app = FastAPI()
    app.include_router(own_memory_routes(session, access))
    with httpx.Client(base_url=serve(app), cookies={VISITOR_COOKIE: access.visitor_token("ada")}) as client:
        yield client


def told(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    return {one["field"]: one["value"] for one in answer.json()["fields"] if one["value"]}


def test_off_until_agreed_then_heard_changed_and_forgotten(session: Session, ada: httpx.Client) -> None:
    off = ada.get("/memory").json()
    assert (off["consent"], [one["label"] for one in off["fields"]]) == (False, ["Name", "Has"])
    assert off["ask"] == "Remember me" and off["means"].startswith("Off by default")
    assert ada.put("/memory/name", json={"value": "Ada"}).json()["detail"].startswith("nothing is remembered of you")
    assert ada.put("/memory", json={"given": True}).json()["consent"]
    person = session.store.people.visitor("ada")
    list(session.say(person, "My name is Ada. How long may I return a lamp?"))
    assert told(ada.get("/memory")) == {"name": "Ada"}
    assert told(ada.put("/memory/product", json={"value": " rug "})) == {"name": "Ada", "product": "rug"}
    assert told(ada.delete("/memory/name")) == {"product": "rug"}
    withdrawn = ada.put("/memory", json={"given": False})
    assert (withdrawn.json()["consent"], told(withdrawn)) == (False, {})
    assert own_memory(session, person).consent is False


def test_what_does_not_fit_is_refused_in_words(ada: httpx.Client) -> None:
    ada.put("/memory", json={"given": True})
    refused = {
        "/memory/product": ({"value": "asthma"}, 400, "Has: give one of lamp, rug"),
        "/memory/name": ({"value": "a b c d e f"}, 400, "Name: give at most 4 words"),
        "/memory/other": ({"value": "x"}, 404, "nothing is remembered under 'other'"),
    }
    for path, (body, status, words) in refused.items():
        answer = ada.put(path, json=body)
        assert (answer.status_code, answer.json()["detail"][: len(words)]) == (status, words)
    assert ada.put("/memory/name", json={"value": ""}).status_code == 400
    assert ada.delete("/memory/name").status_code == 404


def test_whoever_has_no_cookie_is_nobody(ada: httpx.Client) -> None:
    ada.cookies.clear()
    assert ada.get("/memory").json()["consent"] is False
    assert "cookie" in ada.put("/memory", json={"given": True}).json()["detail"]
