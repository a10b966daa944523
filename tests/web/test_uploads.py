"""Files over HTTP: who may send, see and take back which, and what is refused."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from chatbot.desk.sent_files import told_file
from chatbot.dialogue.session import Session
from chatbot.settings import load_settings
from chatbot.web.access import STAFF_COOKIE, VISITOR_COOKIE, Access
from chatbot.web.file_views import FileView
from chatbot.web.uploads import upload_routes
from tests.chatbot.conftest import last
from tests.conftest import PASSWORD, Serve
from tests.pictures import PDF, SCRIPT, SVG, bomb, picture


@pytest.fixture
def url(session: Session, access: Access, serve: Serve) -> str:
    app = FastAPI()
    app.include_router(upload_routes(session, access))
    return serve(app)


@pytest.fixture
def visitor(url: str, session: Session, access: Access) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, cookies={VISITOR_COOKIE: access.visitor_token("vera")}, timeout=30) as client:
        yield client


@pytest.fixture
def agent(url: str, session: Session, access: Access) -> Iterator[httpx.Client]:
    person = session.store.people.add_staff("Anna", "agent", PASSWORD)
    with httpx.Client(base_url=url, cookies={STAFF_COOKIE: access.staff_token(person)}, timeout=30) as client:
        yield client


def send(client: httpx.Client, name: str, content: bytes) -> httpx.Response:
    return client.post("/uploads", params={"name": name}, content=content)


def taken(client: httpx.Client, name: str, content: bytes) -> FileView:
    answer = send(client, name, content)
    assert answer.status_code == 201, answer.text
    told: FileView = answer.json()
    return told


def test_a_photo_is_seen_by_its_visitor_and_by_the_staff_once_it_was_sent(
    session: Session, url: str, visitor: httpx.Client, agent: httpx.Client
) -> None:
    photo = taken(visitor, "../../lamp.png", picture((900, 600), "PNG"))
    assert (photo["name"], photo["kind"], photo["width"]) == ("lamp.jpg", "image/jpeg", 900)
    path, staff_path = f"/uploads/{photo['id']}", told_file(session.store.uploads.get(photo["id"]))["address"]
    whole, small = visitor.get(path), visitor.get(path, params={"small": ""})
    assert whole.headers["content-type"] == "image/jpeg" and len(small.content) < len(whole.content)
    assert whole.headers["content-disposition"] == "inline; filename*=utf-8''lamp.jpg"
    assert "no-store" in whole.headers["cache-control"] and visitor.head(path).status_code == 200
    assert "attachment" in visitor.get(path, params={"save": ""}).headers["content-disposition"]
    assert httpx.get(url + path).status_code == 404 and agent.get(path).status_code == 404
    assert agent.get(staff_path).status_code == 404, "the staff see what was not sent"
    person = session.store.people.visitor("vera")
    conversation = last(session.say(person, "Look", uploads=[photo["id"]])).conversation
    assert agent.get(staff_path).content == whole.content
    assert visitor.get(staff_path).status_code == 403 and visitor.delete(path).status_code == 404
    session.store.erasures.erase(session.store.erasures.traces([conversation]), "visitor:vera")
    assert visitor.get(path).status_code == agent.get(staff_path).status_code == 404


def test_other_files_are_there_to_be_saved_and_nothing_else(visitor: httpx.Client) -> None:
    for name, content in (("a b.pdf", PDF), ("log.txt", b"all is well")):
        answer = visitor.get(f"/uploads/{taken(visitor, name, content)['id']}")
        assert answer.content == content and answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("x.svg", SVG, "not taken"),
        ("photo.png", SCRIPT, "not taken"),
        ("bomb.png", bomb(), "million pixels"),
        ("empty.jpg", b"", "0 bytes"),
        ("half.jpg", picture()[:300], "cannot be read"),
    ],
)
def test_what_is_not_taken_is_refused_in_words_and_not_kept(
    session: Session, visitor: httpx.Client, name: str, content: bytes, told: str
) -> None:
    answer = send(visitor, name, content)
    assert answer.status_code == 400 and told in answer.json()["detail"]
    assert session.store.uploads.kept(session.store.people.visitor("vera")).everybody == 0


def test_fifty_megabytes_are_refused(visitor: httpx.Client) -> None:
    answer = send(visitor, "big.jpg", bytes(50_000_000))
    assert answer.status_code == 413 and "10 MB" in answer.json()["detail"]


@pytest.mark.parametrize("cookie", [None, "forged"])
def test_without_a_session_nothing_is_taken(url: str, session: Session, cookie: str | None) -> None:
    with httpx.Client(base_url=url, cookies={VISITOR_COOKIE: cookie} if cookie else {}) as stranger:
        answer = send(stranger, "a.jpg", picture())
    assert answer.status_code == 403 and "open the chat" in answer.json()["detail"]


def test_a_file_is_taken_back_by_its_visitor_alone(
    url: str, access: Access, visitor: httpx.Client, agent: httpx.Client
) -> None:
    path = f"/uploads/{taken(visitor, 'a.txt', b'words')['id']}"
    with httpx.Client(base_url=url, cookies={VISITOR_COOKIE: access.visitor_token("otto")}) as other:
        assert [client.delete(path).status_code for client in (other, agent)] == [404, 404]
    assert visitor.delete(path).status_code == 204 and visitor.get(path).status_code == 404


def test_too_many_are_refused(session: Session, access: Access, serve: Serve) -> None:
    session.settings = load_settings(upload_rate="2/hour")
    app = FastAPI()
    app.include_router(upload_routes(session, access))
    with httpx.Client(base_url=serve(app), cookies={VISITOR_COOKIE: access.visitor_token("vera")}) as client:
        answers = [send(client, "a.txt", b"words") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert "2 files in an hour" in answers[2].json()["detail"] and int(answers[2].headers["retry-after"]) > 0
