"""The tab Knowledge over HTTP: lists, checks, saves, refuses in words."""

from pathlib import Path

import httpx
import pytest

from chatbot.store import Store
from tests.events import latest
from training.console.tabs import knowledge
from training.console.tabs.knowledge_shapes import Shelf
from training.console.tabs.tab import API

AT = f"{API}/{'knowledge'}"
RETURNS = "articles/returns.md"
RULE = {"action": "decline", "message": "No politics.", "examples": ["a", "b", "c", "d", "e"]}


def test_everything_is_listed(olga: httpx.Client) -> None:
    shelf = Shelf.model_validate(olga.get(f"{AT}/shelf").json())
    assert [one.title for one in shelf.articles] == ["Delivery", "Returns"] and shelf.rules == []
    assert shelf.persona.file == "pack.toml" and shelf.writable and not shelf.packaged and callable(knowledge.routes)


def test_nobody_else_may(anna: httpx.Client, url: str) -> None:
    assert anna.get(f"{AT}/shelf").status_code == 403
    assert httpx.get(f"{url}{AT}/shelf").status_code == 401


def test_an_article_is_saved_read_by_visitors_and_put_back(olga: httpx.Client, url: str, remembered: Store) -> None:
    opened = olga.get(f"{AT}/file", params={"file": RETURNS}).json()
    body = {"file": RETURNS, "text": opened["text"].replace("30 days", "60 days"), "revision": opened["revision"]}
    saved = olga.put(f"{AT}/file", json=body)
    assert saved.status_code == 200 and saved.json()["change"] == 1
    assert "60 days" in httpx.get(f"{url}/articles/returns").text
    event = latest(remembered, ["pack_changed"], 1)[0]
    assert (event.actor, event.subject, event.address) == ("operator:Olga", RETURNS, "127.0.0.1")
    late = olga.put(f"{AT}/file", json=body)
    assert late.status_code == 409 and late.json()["detail"].startswith("Olga changed articles/returns.md after it was")
    revision = olga.get(f"{AT}/changes/1").json()["revision"]
    assert olga.post(f"{AT}/changes/1/undo", json={"revision": revision}).json()["change"] == 2
    assert "30 days" in httpx.get(f"{url}/articles/returns").text
    assert [one["number"] for one in olga.get(f"{AT}/changes").json()] == [2, 1]


def test_a_fault_is_told_before_and_refused_after(olga: httpx.Client) -> None:
    checked = olga.post(f"{AT}/check", json={"file": RETURNS, "text": "no title"}).json()
    assert checked["faults"] == ["articles/returns.md:1: must begin with a title, '# …'"]
    revision = olga.get(f"{AT}/file", params={"file": RETURNS}).json()["revision"]
    refused = olga.put(f"{AT}/file", json={"file": RETURNS, "text": "no title", "revision": revision})
    assert refused.status_code == 400 and "must begin with a title" in refused.json()["detail"]
    assert olga.post(f"{AT}/finds", json={"file": RETURNS, "text": "# A\n\nb\n", "asked": []}).json()["known"] == 12


@pytest.mark.parametrize("file", ["../pack.toml", "pairs.jsonl", "articles/../../x.md", ""])
def test_no_other_file_is_reached(olga: httpx.Client, file: str) -> None:
    assert olga.get(f"{AT}/file", params={"file": file}).status_code == 400
    assert olga.post(f"{AT}/remove", json={"file": file, "revision": ""}).status_code == 400


def test_a_rule_is_made_from_its_form_and_taken_out(olga: httpx.Client, folder: Path) -> None:
    assert olga.post(f"{AT}/rules/politics/check", json={"form": RULE, "revision": ""}).json()["faults"] == []
    few = olga.put(f"{AT}/rules/politics", json={"form": RULE | {"examples": ["a"]}, "revision": ""})
    assert few.status_code == 400 and "examples" in few.json()["detail"]
    saved = olga.put(f"{AT}/rules/politics", json={"form": RULE, "revision": ""}).json()
    assert 'action = "decline"' in (folder / "lamps" / "rules" / "politics.toml").read_text(encoding="utf-8")
    opened = olga.get(f"{AT}/file", params={"file": "rules/politics.toml"}).json()
    assert opened["rule"]["message"] == "No politics." and opened["revision"] == saved["revision"]
    gone = olga.post(f"{AT}/remove", json={"file": "rules/politics.toml", "revision": saved["revision"]})
    assert gone.status_code == 200 and olga.get(f"{AT}/shelf").json()["rules"] == []


def test_what_the_page_says_is_changed(olga: httpx.Client) -> None:
    opened = olga.get(f"{AT}/file", params={"file": "pack.toml"}).json()
    body = {"form": opened["persona"] | {"greeting": "Good day!", "title": "Lights"}, "revision": opened["revision"]}
    assert olga.post(f"{AT}/persona/check", json=body).json()["faults"] == []
    assert olga.put(f"{AT}/persona", json=body).status_code == 200
    assert all("· Lights</title>" in olga.get(page).text for page in ("/operate/", "/review/"))
    assert 'greeting = "Good day!"' in olga.get(f"{AT}/file", params={"file": "pack.toml"}).json()["text"]


def test_answers_are_approved_changed_and_withdrawn(olga: httpx.Client) -> None:
    asked = {"question": "Do you sell shades?", "answer": "Yes."}
    assert olga.post(f"{AT}/answers/effects", json=asked).json()["contradicts"] == []
    (first,) = olga.post(f"{AT}/answers", json=asked).json()
    (second,) = olga.post(f"{AT}/answers", json=asked | {"answer": "In six colours.", "instead": first["id"]}).json()
    assert second["response"] == "In six colours."
    assert olga.delete(f"{AT}/answers/{second['id']}").json() == []
    assert olga.delete(f"{AT}/answers/none").status_code == 404
