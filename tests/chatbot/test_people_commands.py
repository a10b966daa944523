"""Keys from a terminal: shown once, listed without their secret, refused once revoked."""

import json

import pytest

from chatbot.commands import run_command
from chatbot.people_commands import key, opened_store, user


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
