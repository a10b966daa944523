"""What each action of a rule does, and that the docs say so."""

from pathlib import Path

import pytest

from chatbot.knowledge.rules.actions import ACTIONS, Step, known_action

DOCS = Path(__file__).resolve().parents[4] / "docs" / "packs.md"


@pytest.mark.parametrize(
    ("name", "at_once", "with_message", "later"),
    [
        ("handoff", "say", "say", "say"),
        ("refuse", "say", "say", "say"),
        ("decline", "say", "say", "say"),
        ("ask", "talk", "say", "look up"),
        ("chat", "talk", "say", "talk"),
        ("acknowledge", "look up", "look up", "look up"),
    ],
)
def test_what_becomes_of_a_message(name: str, at_once: Step, with_message: Step, later: Step) -> None:
    step = ACTIONS[name].step
    assert (step(False, False), step(True, False), step(False, True)) == (at_once, with_message, later)


def test_only_what_fetches_a_person_or_refuses_is_grave() -> None:
    assert [name for name, action in ACTIONS.items() if action.grave] == ["handoff", "refuse"]
    assert [name for name, action in ACTIONS.items() if action.fetches] == ["handoff"]


def test_an_action_that_is_none_is_told_with_those_there_are() -> None:
    assert known_action("chat") == "chat"
    with pytest.raises(ValueError, match=r"one of handoff, .*acknowledge, not 'shout'"):
        known_action("shout")


def test_the_docs_list_every_action_as_it_is() -> None:
    table = DOCS.read_text(encoding="utf-8").split("| `action` | what happens |")[1].split("\n\n")[0]
    assert table.strip().splitlines()[1:] == [f"| `{one.name}` | {one.description} |" for one in ACTIONS.values()]
