"""The inbox's API over HTTP: cases are listed, held, answered, marked and judged; what cannot be done is said."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from chatbot.store import open_store
from chatbot.web.inbox.api import PREFIX, wanted_cases
from tests.conftest import Serve
from tests.event_reader import EventReader
from tests.product import OPERATOR, build_product, signed_in

QUESTION = "How long may I return a lamp?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("inbox")


@pytest.fixture(scope="module")
def product(folder: Path) -> FastAPI:
    return build_product(folder)


@pytest.fixture(scope="module")
def url(product: FastAPI, serve_module: Serve) -> str:
    return serve_module(product)


@pytest.fixture(scope="module")
def anna(url: str) -> Iterator[httpx.Client]:
    with signed_in(url, "Anna") as client:
        yield client


@pytest.fixture(scope="module")
def olga(url: str) -> Iterator[httpx.Client]:
    with signed_in(url, OPERATOR) as client:
        yield client


@pytest.fixture
def case(url: str, anna: httpx.Client) -> str:
    """The address of the case of a fresh question."""
    body = {"model": "champion", "messages": [{"role": "user", "content": QUESTION}]}
    assert httpx.post(f"{url}/v1/chat/completions", json=body, timeout=60).status_code == 200
    latest = anna.get(f"{PREFIX}/cases", params={"order": "latest", "limit": 1}).json()["items"][0]
    return f"{PREFIX}/cases/{latest['conversation']}"


def test_a_case_is_read_with_all_around_it(anna: httpx.Client, case: str) -> None:
    whole = anna.get(case).json()
    assert whole["case"]["title"] == QUESTION and whole["case"]["status"] == "open" and whole["position"] == 0
    asked, reply = whole["messages"]
    assert (asked["role"], asked["content"], reply["role"], reply["act"]) == ("user", QUESTION, "assistant", "answer")
    assert [source["title"] for source in reply["sources"] if source["used"]]
    assert whole["summary"]["asked"] == [QUESTION] and whole["summary"]["found"]
    assert whole["person"]["others"] == [] and whole["notes"] == []


def test_lists_are_filtered_counted_and_paged(anna: httpx.Client, case: str) -> None:
    anna.post(f"{case}/label", json={"label": "Urgent"})
    listed = anna.get(f"{PREFIX}/cases", params={"label": "urgent", "text": "return a lam"}).json()
    assert [f"{PREFIX}/cases/{one['conversation']}" for one in listed["items"]] == [case]
    assert QUESTION in listed["items"][0]["excerpt"] or "return a lam" in listed["items"][0]["excerpt"]
    assert listed["items"][0]["labels"] == ["urgent"] and listed["counts"] == {"open": 1} and listed["next"] == ""
    assert anna.get(f"{PREFIX}/choices").json()["labels"] == ["urgent"]
    assert anna.post(f"{case}/unlabel", json={"label": "urgent"}).json()["labels"] == []
    assert anna.get(f"{PREFIX}/cases", params={"label": "urgent"}).json()["items"] == []
    assert wanted_cases(text="x").text == "x"


def test_two_agents_claim_at_once_and_the_loser_is_told_who(anna: httpx.Client, olga: httpx.Client, case: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda client: client.post(f"{case}/claim", json={}), (anna, olga)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (won,), (lost,) = ([one.json() for one in answers if one.status_code == code] for code in (200, 409))
    assert lost["detail"].startswith(f"{won['holder_name']} holds this case")
    taken = olga.post(f"{case}/claim", json={"over": True}).json()
    assert taken["holder_name"] == OPERATOR
    assert anna.post(f"{case}/message", json={"text": "Hello"}).status_code == 409


def test_an_agent_writes_hands_over_and_is_done(anna: httpx.Client, olga: httpx.Client, case: str) -> None:
    said = anna.post(f"{case}/message", json={"text": "Hello, I am Anna."}).json()
    assert said["case"]["status"] == "held"
    assert (said["messages"][-1]["author_name"], said["messages"][-1]["content"]) == ("Anna", "Hello, I am Anna.")
    noted = anna.post(f"{case}/note", json={"text": f"@{OPERATOR} can you?"}).json()["notes"]
    (olgas,) = [one["id"] for one in anna.get(f"{PREFIX}/staff").json() if one["name"] == OPERATOR]
    assert noted[0]["mentions"] == [olgas] and noted[0]["name"] == "Anna"
    assert [(one["kind"], one["caller"]) for one in olga.get(f"{PREFIX}/calls").json()] == [("mention", "Anna")]
    assert olga.post(f"{case}/seen").status_code == 204
    assert olga.get(f"{PREFIX}/calls").json() == anna.get(f"{PREFIX}/calls").json() == []
    assert anna.post(f"{case}/transfer", json={"to": olgas}).json()["holder_name"] == OPERATOR
    assert anna.post(f"{case}/release", json={}).status_code == 409
    assert olga.post(f"{case}/release", json={"note": "settled"}).json()["status"] == "open"
    assert olga.post(f"{case}/contact", json={"contact": "vera@post.example"}).json()["contact"] == "vera@post.example"
    assert anna.post(f"{case}/seen").status_code == 204
    assert anna.post(f"{case}/close").json()["status"] == "done"
    assert anna.post(f"{case}/reopen").json()["status"] == "open"
    assert anna.post(f"{case}/reopen").status_code == 400


def test_replies_are_graded_corrected_and_approved(anna: httpx.Client, case: str) -> None:
    reply = anna.get(case).json()["messages"][1]
    message = f"{PREFIX}/messages/{reply['id']}"
    assert anna.post(f"{message}/stars", json={"stars": {"accuracy": 4}}).status_code == 200
    assert anna.post(f"{message}/rating", json={"value": "like"}).status_code == 200
    assert anna.post(f"{message}/correction", json={"text": "30 days."}).status_code == 200
    said = anna.delete(f"{message}/correction").json()["messages"][1]
    assert [one["kind"] for one in said["opinions"]] == ["stars", "rating"] and said["answer"] is None
    assert anna.post(f"{message}/correction", json={"text": "30 days."}).status_code == 200
    opinions = anna.get(case).json()["messages"][1]["opinions"]
    assert {one["kind"] for one in opinions} == {"stars", "rating", "correction"}
    assert all(one["mine"] and one["who"] == "Anna" for one in opinions)
    assert anna.post(f"{message}/rating", json={}).status_code == 200
    answer = anna.post(f"{message}/approve", json={"question": QUESTION, "answer": "You have 30 days."}).json()
    assert (answer["author"], answer["message"]) == ("Anna", reply["id"])
    assert [one["id"] for one in anna.get(f"{PREFIX}/answers").json()] == [answer["id"]]
    assert anna.get(case).json()["messages"][1]["answer"] == answer
    answer = anna.put(f"{PREFIX}/answers/{answer['id']}", json={"question": QUESTION, "answer": "30 days."}).json()
    assert [one["response"] for one in anna.get(f"{PREFIX}/answers").json()] == ["30 days."]
    assert anna.delete(f"{PREFIX}/answers/{answer['id']}").json() == []
    assert anna.post(f"{message}/stars", json={"stars": {"accuracy": 9}}).status_code == 400


def test_an_answer_waits_for_a_second_look(anna: httpx.Client, olga: httpx.Client, case: str) -> None:
    reply = anna.get(case).json()["messages"][1]
    (olgas,) = [one["id"] for one in anna.get(f"{PREFIX}/staff").json() if one["name"] == OPERATOR]
    body = {"question": "Do you sell zebras?", "answer": "We do.", "colleague": olgas}
    proposal = anna.post(f"{PREFIX}/messages/{reply['id']}/propose", json=body).json()["messages"][1]["proposal"]
    assert (proposal["author"], proposal["asked"], proposal["mine"]) == ("Anna", OPERATOR, True)
    assert anna.get(f"{PREFIX}/answers").json() == []
    confirm = f"{PREFIX}/proposals/{proposal['id']}/confirm"
    assert anna.post(confirm).status_code == 403
    assert [one["mine"] for one in olga.get(f"{PREFIX}/proposals").json()] == [False]
    used = olga.post(confirm).json()
    assert (used["author"], used["confirmed_by"]) == ("Anna", OPERATOR)
    assert olga.post(confirm).status_code == 404
    assert anna.delete(f"{PREFIX}/answers/{proposal['id']}").json() == []


def test_a_reply_tells_what_its_version_learned_that_is_nearest(anna: httpx.Client, case: str) -> None:
    asked, reply = anna.get(case).json()["messages"]
    told = anna.get(f"{PREFIX}/messages/{reply['id']}/learned-from").json()
    assert told["rows"] == [] and told["none"].startswith("the base model wrote it")
    assert anna.get(f"{PREFIX}/messages/{asked['id']}/learned-from").status_code == 400


def test_what_an_agent_wrote_becomes_an_approved_answer_or_a_row(anna: httpx.Client, case: str) -> None:
    said = anna.post(f"{case}/message", json={"text": "You have 30 days, and we pay the parcel."}).json()
    message = f"{PREFIX}/messages/{said['messages'][-1]['id']}"
    approved = anna.post(f"{message}/approve", json={"question": "Who pays?", "answer": "We pay the parcel."})
    assert approved.status_code == 200
    liked = anna.post(f"{message}/rating", json={"value": "like"}).json()
    assert [one["value"] for one in liked["messages"][-1]["opinions"]] == ["like"]
    anna.delete(f"{PREFIX}/answers/{approved.json()['id']}")


def test_a_draft_is_what_the_bot_would_say_and_stored_nowhere(anna: httpx.Client, case: str) -> None:
    before = anna.get(case).json()["messages"]
    drafted = anna.post(f"{case}/draft").json()["text"]
    assert "30 days" in drafted
    assert anna.get(case).json()["messages"] == before


def test_canned_replies_are_kept_by_name(anna: httpx.Client) -> None:
    assert anna.put(f"{PREFIX}/canned/sorry", json={"text": "I am sorry, {name}."}).json()[0]["name"] == "sorry"
    assert anna.get(f"{PREFIX}/canned").json()[0]["text"] == "I am sorry, {name}."
    assert anna.delete(f"{PREFIX}/canned/sorry").json() == []
    assert anna.delete(f"{PREFIX}/canned/sorry").status_code == 404


def test_what_cannot_be_done_is_said(url: str, anna: httpx.Client, case: str) -> None:
    assert anna.get(f"{PREFIX}/cases/nothing").status_code == 404
    assert anna.get(f"{PREFIX}/cases", params={"cursor": "x"}).status_code == 400
    assert "status" in anna.get(f"{PREFIX}/cases", params={"status": "lost"}).json()["detail"]
    assert anna.post(f"{case}/message", json={}).json()["detail"].startswith("text")
    assert anna.post(f"{case}/transfer", json={"to": "nobody"}).status_code == 404
    assert httpx.get(f"{url}{PREFIX}/cases").status_code == 401


def test_no_event_of_a_case_holds_words(folder: Path, anna: httpx.Client, case: str) -> None:
    mark = "quokka7f3a9"
    for act, body in {
        "message": {"text": mark},
        "note": {"text": mark},
        "label": {"label": mark},
        "contact": {"contact": f"{mark}@post.example"},
        "release": {"note": mark},
    }.items():
        assert anna.post(f"{case}/{act}", json=body).status_code == 200
    store = open_store(folder / "home" / "chatbot.db")
    told = [entry.as_line() for entry in store.events.entries()]
    store.close()
    assert any('"contact_kept"' in line for line in told) and not any(mark in line for line in told)


def test_two_who_look_at_one_case_see_each_other(anna: httpx.Client, olga: httpx.Client, case: str) -> None:
    with EventReader(anna, "/review/events", page="one") as events, EventReader(olga, "/review/events", page="two"):
        assert anna.post(f"{case}/look", json={"page": "one"}).status_code == 204
        olga.post(f"{case}/look", json={"page": "two"})
        events.wait(lambda event: event["kind"] == "look" and event["conversation"] == case.rpartition("/")[2])
        assert [one["name"] for one in anna.get(case).json()["looking"]] == [OPERATOR]
        olga.post(f"{PREFIX}/look-away", json={"page": "two"})
        assert anna.get(case).json()["looking"] == []


def test_what_asks_for_attention_is_counted_whatever_the_filter(anna: httpx.Client, case: str) -> None:
    before = anna.get(f"{PREFIX}/cases").json()
    anna.post(f"{case}/claim", json={})
    held = anna.get(f"{PREFIX}/cases", params={"status": "done"}).json()
    assert (held["mine"], held["attention"]) == (before["mine"] + 1, before["attention"] + 1)
    assert anna.post(f"{case}/requeue", json={}).json()["status"] == "waiting"
    anna.post(f"{case}/close")


def test_an_approval_is_looked_at_before_it_counts(anna: httpx.Client, case: str) -> None:
    reply = anna.get(case).json()["messages"][-1]
    body = {"question": QUESTION, "answer": "A lamp can be returned within 14 days of delivery."}
    effects = anna.post(f"{PREFIX}/messages/{reply['id']}/preview", json=body).json()
    assert "it says 30 days, the answer 14 days" in [one["why"] for one in effects["contradicts"]]
    assert effects["changed"][0]["before"] == reply["content"] and effects["found_for"][0]["score"] < 1
    assert anna.get(f"{PREFIX}/answers").json() == []
    assert anna.post(f"{PREFIX}/messages/nothing/preview", json=body).status_code == 404
