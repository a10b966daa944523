"""What people ask and do not get answered, as the tab asks for it; an answer closes the gap."""

import httpx
import pytest

from chatbot.store import Store
from tests.events import latest
from training.console.tabs import gaps
from training.console.tabs.tab import API

CURTAINS = ["Zebra wallpaper samples?", "zebra WALLPAPER  samples", "zebra samples, wallpaper"]
GAPS = f"{API}/gaps"


def ask(url: str, question: str) -> None:
    body = {"model": "champion", "messages": [{"role": "user", "content": question}]}
    assert httpx.post(f"{url}/v1/chat/completions", json=body, timeout=30).status_code == 200


@pytest.fixture(scope="module")
def asked(url: str) -> None:
    for question in [*CURTAINS, "Qwxz vbnm?"]:
        ask(url, question)


def test_the_same_question_is_one_gap_with_its_conversations(asked: None, olga: httpx.Client) -> None:
    told = olga.get(GAPS, params={"days": 7}).json()
    assert (told["days"], told["questions"], told["more"]) == (7, 4, 0)
    curtains, other = told["gaps"]
    assert curtains["question"] in CURTAINS and curtains["conversations"] == 3 and other["conversations"] == 1
    assert curtains["faults"] == {"unanswered": 3} and not curtains["known"]
    assert {one["question"] for one in curtains["examples"]} == set(CURTAINS)


def test_an_answer_is_looked_at_then_used_and_closes_the_gap(
    asked: None, url: str, olga: httpx.Client, anna: httpx.Client, remembered: Store
) -> None:
    gap = olga.get(GAPS).json()["gaps"][0]
    body = {"question": CURTAINS[0], "answer": "Zebra wallpaper is sold out.", "reply": gap["examples"][0]["reply"]}
    assert anna.post(f"{GAPS}/answer", json=body).status_code == 403
    effects = olga.post(f"{GAPS}/preview", json=body).json()
    assert {one["question"] for one in effects["changed"]} <= set(CURTAINS) and not remembered.feedback.answers()
    assert olga.post(f"{GAPS}/answer", json=body).status_code == 200
    (answer,) = remembered.feedback.answers()
    assert (answer.response, answer.query) == ("Zebra wallpaper is sold out.", CURTAINS[0])
    assert [event.actor for event in latest(remembered, ["answer_approved"], 1)] == ["operator:Olga"]
    assert [left["question"] for left in olga.get(GAPS).json()["gaps"]] == ["Qwxz vbnm?"]


def test_what_is_not_ours_is_set_aside_until_it_is_taken_back(
    asked: None, url: str, olga: httpx.Client, anna: httpx.Client, remembered: Store
) -> None:
    gap = next(one for one in olga.get(GAPS).json()["gaps"] if one["question"] == "Qwxz vbnm?")
    body = {"reply": gap["examples"][0]["reply"], "days": 30}
    assert anna.post(f"{GAPS}/aside", json=body).status_code == 403
    aside = olga.post(f"{GAPS}/aside", json=body).json()["id"]
    ask(url, "qwxz vbnm")
    told = olga.get(GAPS).json()
    assert "Qwxz vbnm?" not in {one["question"] for one in told["gaps"]}
    assert [(one["id"], one["by"], one["conversations"]) for one in told["aside"]] == [(aside, "Olga", 2)]
    assert olga.post(f"{GAPS}/aside", json=body).status_code == 404
    assert anna.delete(f"{GAPS}/aside/{aside}").status_code == 403
    assert olga.delete(f"{GAPS}/aside/{aside}").status_code == 200
    assert olga.delete(f"{GAPS}/aside/{aside}").status_code == 404
    told = olga.get(GAPS).json()
    assert not told["aside"] and 2 in {one["conversations"] for one in told["gaps"]}
    kinds = ["gap_taken_back", "gap_set_aside"]
    assert [event.kind for event in latest(remembered, kinds, 2)] == kinds


def test_what_cannot_be_answered_is_said_in_words(olga: httpx.Client) -> None:
    body = {"question": "Where?", "answer": " ", "reply": "nowhere"}
    assert "does not exist" in olga.post(f"{GAPS}/preview", json=body).json()["detail"]
    assert olga.post(f"{GAPS}/answer", json=body).status_code in (400, 404) and callable(gaps.routes)
