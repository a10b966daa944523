"""The tab Versions: who answers, how versions differ, and changing that with a yes."""

import json
from collections.abc import Callable
from typing import NoReturn

import pytest

from chatbot.dialogue.session import Session
from chatbot.engines.scripted import ScriptedEngine
from chatbot.errors import EngineError
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE
from tests.events import latest
from tests.training.console.made import add_version, held
from tests.training.console.tabs.conftest import Operators
from training.console.tabs import versions
from training.console.tabs.tab import Tab
from training.console.tabs.versions_shapes import Changes, Lineup, QuestionShape, Verdict
from training.evaluation.results import Evaluation, Judged
from training.evaluation.shelf import result_file

API = "/operate/api/versions"


@pytest.fixture
def operators(serving: Callable[[Tab], Operators]) -> Operators:
    return serving(Tab("versions", "Versions", versions.routes))


def test_versions_are_judged_promoted_and_rolled_back(operators: Operators, store: Store) -> None:
    first = add_version(store)
    second = add_version(store, held(first.name), facts=5)
    client = operators.client()
    asked = QuestionShape.model_validate(client.get(f"{API}/acts/promote", params={"version": second.name}).json())
    assert asked.title == "v2" and asked.doubts[0].startswith("The gate held it")
    answer = client.post(f"{API}/acts/promote", json={"version": first.name, "champion": asked.champion})
    assert "v1 answers from now on" in answer.json()["words"]
    lineup = Lineup.model_validate(client.get(API).json())
    assert lineup.live.rolls_back_to == "the base model" and lineup.live.follows == "v1"
    assert [(one.title, one.more, one.decision) for one in lineup.versions] == [
        ("v2", -2, "hold"),
        ("v1", None, ""),
        ("Base model", None, ""),
    ]
    verdict = Verdict.model_validate(client.get(f"{API}/{second.name}").json())
    assert verdict.against_title == "v1"
    assert [(line.label, line.judgement) for line in verdict.differences][:2] == [
        ("All questions", "worse"),
        ("Facts", "worse"),
    ]
    assert client.post(f"{API}/acts/promote", json={"version": second.name, "champion": BASE}).status_code == 400
    (promoted,) = latest(store, ["alias_champion"], 1)
    assert (promoted.actor, promoted.subject) == ("operator:olga", first.name)
    assert client.get(f"{API}/none").status_code == 404


def test_replies_that_changed_stand_beside_each_other(operators: Operators, store: Store, settings: Settings) -> None:
    version = add_version(store)
    for name, reply, passed in ((version.name, "30 days", True), (BASE, "60 days", False)):
        file = result_file(settings.home, name, "a" * 16)
        file.parent.mkdir(parents=True, exist_ok=True)
        cases = [Judged("facts", "facts-0", reply, passed, 1.0), Judged("facts", "facts-1", "£3.50", True, 1.0)]
        file.write_text(json.dumps(Evaluation(name, {}, {}, 0.0, cases).as_dict()), encoding="utf-8")
    client = operators.client()
    found = Changes.model_validate(client.get(f"{API}/{version.name}/changes").json())
    assert (found.title, found.against_title, found.compared) == ("v1", "Base model", 2)
    assert found.counts == {"worse": 0, "better": 1, "other": 0}
    (change,) = found.changes
    assert (change.suite, change.before.text, change.after.text) == ("Facts", "60 days", "30 days")
    assert change.asked == ["Tell me, How long may I return a lamp?"] and change.must_say == ["30 days"]
    other = add_version(store)
    never = Changes.model_validate(client.get(f"{API}/{other.name}/changes").json())
    assert never.words == "v2 and Base model were never asked the same test questions."
    assert "no changes from itself" in client.get(f"{API}/base/changes").json()["words"]


def test_a_version_that_does_not_load_and_servers_that_are_down_are_told(
    operators: Operators, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(name: str) -> NoReturn:
        raise EngineError("its file is damaged")

    version = add_version(session.store)
    monkeypatch.setattr(session.live, "load", damaged)
    monkeypatch.setattr(ScriptedEngine, "state", "http://a: down\nhttp://b: answers")
    session.store.versions.point("champion", version.name, "system")
    session.live.refresh()
    live = Lineup.model_validate(operators.client().get(API).json()).live
    assert live.fault == f"{version.name} was refused and base keeps answering: its file is damaged"
    assert (live.title, live.follows, live.servers) == ("The base model", "", ["http://a: down", "http://b: answers"])


@pytest.mark.parametrize("role", ["agent", None])
def test_only_operators_may_act(operators: Operators, store: Store, role: str | None) -> None:
    version = add_version(store)
    client = operators.client(role)  # type: ignore[arg-type]
    body = {"version": version.name, "champion": BASE}
    assert client.post(f"{API}/acts/promote", json=body).status_code == 403
    assert client.get(API).status_code == 403
    assert store.versions.resolve("champion") == BASE
