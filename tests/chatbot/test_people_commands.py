"""Accounts and keys from a terminal: what changes an account signs it out; a key is shown once."""

import io
import json

import pytest

from chatbot.commands import run_command
from chatbot.people_commands import key, opened_store, user
from chatbot.records import Person

PASSWORD = "correct horse battery"
OTHER = "seven green lanterns swim"


def test_a_key_is_shown_once_and_then_revoked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(key, ["add", "shop", "--json"]) == 0
    token = json.loads(capsys.readouterr().out)["key"]
    with opened_store() as store:
        assert store.keys.find(token)
    assert run_command(key, ["list"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("shop  app  since ") and token not in said
    assert run_command(key, ["revoke", "shop"]) == 0
    with opened_store() as store:
        assert not store.keys.find(token)


def test_where_nobody_is_it_is_said_how_to_add_somebody(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(key, ["list"]) == 0
    assert "key add NAME" in capsys.readouterr().out
    assert run_command(user, ["list"]) == 0
    assert "user add NAME --role operator" in capsys.readouterr().out


def test_a_key_that_is_not_there_cannot_be_revoked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(key, ["revoke", "nobody"]) == 2
    assert "'nobody'" in capsys.readouterr().err


@pytest.fixture
def olga() -> Person:
    with opened_store() as store:
        return store.people.add_staff("olga", "operator", PASSWORD)


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_a_password_is_changed_and_signs_out(
    olga: Person, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened_store() as store:
        token = store.sign_ins.begin(olga, "", "")
    typed(monkeypatch, f"{OTHER}\n")
    assert run_command(user, ["passwd", "olga", "--password-stdin"]) == 0
    assert "signed out everywhere" in capsys.readouterr().out
    with opened_store() as store:
        assert store.people.check_password("olga", OTHER) and store.sign_ins.find(token) is None


@pytest.mark.parametrize("password", ["short", "larkspur2026!", "olga-olga-olga"])
def test_a_guessable_password_is_refused(
    olga: Person, password: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, f"{password}\n")
    assert run_command(user, ["passwd", "olga", "--password-stdin"]) == 2
    typed(monkeypatch, f"{password}\n")
    assert run_command(user, ["add", "olga2", "--role", "agent", "--password-stdin"]) == 2
    assert "the password" in capsys.readouterr().err


def test_disabling_and_enabling(olga: Person, capsys: pytest.CaptureFixture[str]) -> None:
    with opened_store() as store:
        store.people.add_staff("otto", "operator", PASSWORD)
    assert run_command(user, ["disable", "olga"]) == 0
    with opened_store() as store:
        assert store.people.check_password("olga", PASSWORD) is None
    assert run_command(user, ["list"]) == 0
    assert "olga (disabled)  operator" in capsys.readouterr().out
    assert run_command(user, ["enable", "olga"]) == 0
    with opened_store() as store:
        assert store.people.check_password("olga", PASSWORD)


@pytest.mark.parametrize("words", [["disable", "olga"], ["remove", "olga", "--yes"], ["role", "olga", "agent"]])
def test_the_last_operator_is_kept_unless_it_is_said_so(
    olga: Person, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(user, words) == 2
    assert "--last-operator" in capsys.readouterr().err
    with opened_store() as store:
        assert store.people.check_password("olga", PASSWORD)
    assert run_command(user, [*words, "--last-operator"]) == 0


def test_removing_asks(olga: Person, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with opened_store() as store:
        store.people.add_staff("ann", "agent", PASSWORD)
    typed(monkeypatch, "")
    assert run_command(user, ["remove", "ann"]) == 2 and "--yes" in capsys.readouterr().err
    monkeypatch.setattr("chatbot.people_commands.sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("chatbot.people_commands.click.confirm", confirmed := Confirmed())
    assert run_command(user, ["remove", "ann"]) == 0 and confirmed.asked == ["Delete the account of ann, agent?"]
    with opened_store() as store:
        assert [one.name for one in store.people.staff()] == ["olga"]


class Confirmed:
    """Says yes."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, question: str, abort: bool, err: bool) -> bool:
        self.asked.append(question)
        return abort and err


def test_nobody_of_that_name(olga: Person, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("disable", "enable", "remove", "passwd"):
        assert run_command(user, [command, "anna"]) == 2
        assert "'anna'" in capsys.readouterr().err
