"""The last days beside those before, and what to do next, the most urgent first."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatbot.desk.overview import begun, next_steps, overview
from chatbot.dialogue.session import Session
from chatbot.errors import InputError
from chatbot.records import Person
from chatbot.store import Store
from tests.chatbot.conftest import last


def kinds(store: Store, days: int = 7) -> list[str]:
    return [step.kind for step in next_steps(store, "lamps", overview(store, "lamps", days))]


def test_days_begin_at_midnight_and_those_without_talk_are_told_too(store: Store) -> None:
    now = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)
    assert begun(1, now) == "2026-03-10T00:00:00.000000+00:00" and begun(7, now).startswith("2026-03-04T")
    days = [day for day, tally in overview(store, "lamps", 3).by_day(now) if not tally.conversations]
    assert days == ["2026-03-08", "2026-03-09", "2026-03-10"]
    for wrong in (0, 367):
        with pytest.raises(InputError, match=f"days = {wrong}"):
            overview(store, "lamps", wrong)


def test_a_new_installation_is_told_how_to_begin(store: Store) -> None:
    assert kinds(store) == ["begin"]


def test_what_is_urgent_is_first(chat: Session, visitor: Person) -> None:
    store = chat.store
    good = last(chat.say(visitor, "How long may I return a lamp?"))
    assert kinds(store) == []
    assert overview(store, "lamps", 1).tallies.whole.endings == {"open": 1}
    store.feedback.rate(str(good.message), visitor, "dislike")
    assert kinds(store) == ["disliked"]
    store.people.set_consent(visitor, True)
    assert kinds(store) == ["disliked", "learn"]
    asked = store.conversations.start(visitor, "lamps")
    store.conversations.add_user_message(asked, None, "Hello?")
    run = store.versions.start_run("system")
    steps = next_steps(store, "lamps", overview(store, "lamps", 7))
    assert "A training is under way, 0% of it done." in [step.text for step in steps]
    assert "learn" not in [step.kind for step in steps]
    store.versions.update_run(run.id, status="failed", error="the loss is nan")
    version = store.versions.add_version("lamps", "base", "ab12cd34", None, None)
    Path(version.path).mkdir(parents=True)
    store.versions.set_gate(version.name, {"decision": "hold", "reasons": ["worse"], "against": "base"})
    anna, bo = (store.people.add_staff(name, "agent", "correct horse battery") for name in ("Anna", "Bo"))
    store.feedback.propose("How long?", "30 days.", anna, str(good.message), bo)
    last(chat.say(visitor, "I want to talk to a human please"))
    steps = next_steps(store, "lamps", overview(store, "lamps", 7))
    assert [step.kind for step in steps] == ["waiting", "run", "second", "held", "missed", "disliked", "learn"]
    assert steps[0].text == "1 person waits for somebody of the staff." and "the loss is nan" in steps[1].text
    assert version.name in steps[3].text and steps[6].text.startswith("1 rating, correction or approved answer waits")
