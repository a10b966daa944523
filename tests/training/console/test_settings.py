"""The tab Settings over HTTP."""

import httpx

from chatbot.store import Store
from tests.events import latest
from training.console.tabs import settings
from training.console.tabs.tab import API

AT = f"{API}/{'settings'}"


def named(answer: httpx.Response, name: str) -> dict[str, object]:
    assert answer.status_code == 200, answer.text
    return next(one for one in answer.json() if one["name"] == name)


def test_settings_are_listed_changed_and_reset(olga: httpx.Client, remembered: Store) -> None:
    assert named(olga.get(f"{AT}/all"), "top_p") == {
        "name": "top_p",
        "value": "0.95",
        "usual": "0.95",
        "description": "Nucleus sampling: share of probability kept.",
        "source": "default",
        "where": "nobody",
        "changeable": True,
        "flag": False,
    }
    changed = named(olga.put(f"{AT}/top_p", json={"value": "0.5"}), "top_p")
    assert (changed["value"], changed["source"]) == ("0.5", "kept") and callable(settings.routes)
    event = latest(remembered, ["setting_changed"], 1)[0]
    assert (event.actor, event.subject, event.detail["value"]) == ("operator:Olga", "top_p", "0.5")
    assert named(olga.delete(f"{AT}/top_p"), "top_p")["value"] == "0.95"


def test_what_cannot_be_is_said_in_words(olga: httpx.Client, anna: httpx.Client) -> None:
    wrong = olga.put(f"{AT}/top_p", json={"value": "lots"})
    assert wrong.status_code == 400 and "top_p = 'lots'" in wrong.json()["detail"]
    assert olga.put(f"{AT}/engine", json={"value": "remote"}).status_code == 400
    assert olga.put(f"{AT}/none", json={"value": "1"}).status_code == 404
    assert anna.get(f"{AT}/all").status_code == 403
