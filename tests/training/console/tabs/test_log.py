"""The tab Log: all that was done, found by person, sort and day; the whole log to take away."""

import json

import httpx

from chatbot.store import Store
from tests.events import latest
from training.console.tabs import log

AT = "/operate/api/log"


def test_what_an_operator_does_stands_in_the_log(olga: httpx.Client, anna: httpx.Client) -> None:
    assert callable(log.routes)
    made = olga.post("/operate/api/people/keys", json={"name": "shop window", "role": "app"})
    assert made.status_code == 200
    found = olga.get(AT, params={"who": "operator:Olga", "what": "accounts"}).json()
    line = found["lines"][0]
    assert (line["who"], line["what"]) == ("Olga (operator)", "added the API key shop window")
    actors = olga.get(f"{AT}/actors").json()
    assert line["address"] == "127.0.0.1" and {"actor": "operator:Olga", "name": "Olga (operator)"} in actors
    assert olga.get(AT, params={"until": "2026-01-01"}).json()["lines"] == []
    assert olga.get(AT, params={"what": "lamps"}).status_code in (400, 422)
    assert anna.get(AT).status_code == 403 and anna.get(f"{AT}/export").status_code == 403


def test_the_whole_log_is_taken_away(olga: httpx.Client, remembered: Store) -> None:
    taken = olga.get(f"{AT}/export")
    assert "attachment" in taken.headers["content-disposition"]
    entries = [json.loads(line) for line in taken.text.splitlines()]
    assert [entry["number"] for entry in entries] == list(range(1, len(entries) + 1))
    (event,) = latest(remembered, ["audit_exported"], 1)
    assert event.actor == "operator:Olga"
