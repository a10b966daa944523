"""Cases from a terminal: whatever an agent does in the inbox, in the name of one of the staff."""

import json

import pytest

from chatbot.canned_commands import canned
from chatbot.case_commands import case
from chatbot.commands import run_command
from chatbot.people_commands import opened_store
from chatbot.store.uploads import Content

PASSWORD = "correct horse battery"


@pytest.fixture
def conversation() -> str:
    with opened_store() as store:
        for name in ("ada", "ben"):
            store.people.add_staff(name, "agent", PASSWORD)
        visitor = store.people.add_visitor()
        started = store.conversations.start(visitor, "lamps")
        message = store.conversations.add_user_message(started, None, "Where is my lamp?")
        bill = store.uploads.add(visitor, "bill.pdf", "application/pdf", Content(b"%PDF" * 400))
        store.uploads.attach([bill.id], message, visitor)
        store.cases.hand_off(started.id, "visitor:v", "asked for a person")
        return started.id


def told(capsys: pytest.CaptureFixture[str], *line: str) -> str:
    assert run_command(case, line) == 0
    return capsys.readouterr().out


def test_a_case_is_listed_held_answered_and_done(conversation: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "list", "--status", "waiting").startswith(f"{conversation}  waiting  handed off")
    assert "held by ada" in told(capsys, "claim", conversation, "--as", "ada")
    assert run_command(case, ["claim", conversation, "--as", "ben"]) == 2
    assert "ada holds this case" in capsys.readouterr().err
    told(capsys, "write", conversation, "It comes today.", "--as", "ada")
    told(capsys, "note", conversation, "ask @ben", "--as", "ada")
    assert "#late" in told(capsys, "label", conversation, "late", "--as", "ada")
    assert "#late" not in told(capsys, "label", conversation, "late", "--as", "ada", "--remove")
    assert "answer to v@post.example" in told(capsys, "contact", conversation, "v@post.example", "--as", "ada")
    shown = told(capsys, "show", conversation)
    assert "visitor" in shown and "It comes today." in shown and "note of ada" in shown
    assert "file: bill.pdf (application/pdf, 1,600 bytes), /review/api/uploads/" in shown
    assert "held by ben" in told(capsys, "transfer", conversation, "ben", "--as", "ada")
    listed = json.loads(told(capsys, "list", "--holder", "ben", "--json"))
    assert [one["conversation"] for one in listed["cases"]] == [conversation]
    assert "  open  " in told(capsys, "release", conversation, "--as", "ben", "--note", "done")
    assert "  done  " in told(capsys, "close", conversation, "--as", "ben")
    assert "  open  " in told(capsys, "reopen", conversation, "--as", "ben")
    whole = json.loads(told(capsys, "show", conversation, "--json"))
    assert [message["who"] for message in whole["messages"]] == ["visitor", "ada"]
    assert [[file["name"] for file in message["files"]] for message in whole["messages"]] == [["bill.pdf"], []]
    assert [note["text"] for note in whole["notes"]] == ["ask @ben", "done"]


def test_what_is_not_there_is_said(conversation: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "list", "--text", "zzz") == ""
    assert run_command(case, ["show", "nothing"]) == 2
    assert run_command(case, ["claim", conversation, "--as", "cy"]) == 2
    assert "known names are" in capsys.readouterr().err


def test_canned_replies_from_a_terminal(conversation: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(canned, ["list"]) == 0
    assert "canned put" in capsys.readouterr().err
    assert run_command(canned, ["put", "sorry", "I am sorry, {name}.", "--as", "ada"]) == 0
    assert run_command(canned, ["list", "--json"]) == 0
    assert '"I am sorry, {name}."' in capsys.readouterr().out
    assert run_command(canned, ["remove", "sorry", "--as", "ada"]) == 0
    assert run_command(canned, ["remove", "sorry", "--as", "ada"]) == 2
