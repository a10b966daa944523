"""`python -m chatbot forget`: whom it takes, what it says, and that a mistake is one line."""

import pytest

from chatbot.__main__ import main
from chatbot.forget_command import forget
from chatbot.records import Person
from chatbot.store.sqlite.store import SqliteStore


def mistake(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(argv) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "Traceback" not in err
    return err


def test_mistakes_are_told_in_a_line(store: SqliteStore, capsys: pytest.CaptureFixture[str]) -> None:
    assert "nothing was named" in mistake(capsys, "forget")
    assert "'nobody'" in mistake(capsys, "forget", "nobody")


def test_a_home_without_a_database_is_not_made_one(home: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert "CHATBOT_HOME" in mistake(capsys, "forget", "somebody")


def test_one_conversation_or_a_visitor_with_all(
    store: SqliteStore, visitor: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = (store.conversations.start(visitor, "lamps").id for _ in range(2))
    assert main(["forget", one]) == 0
    out = capsys.readouterr().out
    assert "deleted:\n  - 1 conversation\n" in out and "not reached:" in out
    assert store.erasures.named(visitor.id) == [two]
    assert main(["forget", visitor.id]) == 0
    assert store.people.get(visitor.id) is None
    assert store.people.visitor(visitor.id).consent is False, "who comes back with the same cookie begins anew"


def test_the_help_says_that_it_is_for_good() -> None:
    assert "for good" in (forget.help or "")
