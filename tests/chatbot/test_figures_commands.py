"""How the bot is doing, from a terminal."""

import json
from pathlib import Path

import pytest

from chatbot.commands import run_command
from chatbot.figures_commands import gaps_command, overview_command
from chatbot.people_commands import opened_store
from chatbot.records import Trace
from tests.packs import write_pack


@pytest.fixture(autouse=True)
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBOT_PACK", str(write_pack(tmp_path / "lamps")))
    monkeypatch.setenv("CHATBOT_ENGINE", "scripted")


@pytest.fixture
def asked() -> None:
    with opened_store() as store:
        for question in ("Zebra wallpaper?", "zebra WALLPAPER"):
            conversation = store.conversations.start(store.people.add_visitor(), "lamps")
            said = store.conversations.add_user_message(conversation, None, question)
            reply = store.conversations.begin_reply(conversation, said.id, Trace("base"))
            told = Trace("base", act="abstain", uncertain=True, first_token_ms=1200)
            store.conversations.update_reply(reply.id, "I do not know.", "complete", told)


def test_an_overview_tells_what_conversations_came_to(asked: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(overview_command, []) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "last 30 days: 2 conversations, 0% resolved, first response 1.2 s (2 unanswered)"
    assert told[1].startswith("as long before: 0 conversations") and told[2].startswith("base: 2 conversations")
    assert told[3].startswith("- 2 conversations of the last 30 days ended without an answer")
    assert run_command(overview_command, ["--days", "7", "--json"]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert whole["now"]["endings"] == {"unanswered": 2} and len(whole["by_day"]) == 7
    assert [step["kind"] for step in whole["steps"]] == ["missed"]


def test_gaps_are_listed(asked: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(gaps_command, []) == 0
    assert "    2  zebra WALLPAPER  (2 unanswered; last " in capsys.readouterr().out
    assert run_command(gaps_command, ["--json"]) == 0
    (gap,) = json.loads(capsys.readouterr().out)["gaps"]
    assert gap["conversations"] == 2 and {one["question"] for one in gap["missed"]} == {
        "Zebra wallpaper?",
        "zebra WALLPAPER",
    }


def test_a_gap_is_set_aside_and_taken_back(asked: None, capsys: pytest.CaptureFixture[str]) -> None:
    with opened_store() as store:
        store.people.add_staff("Olga", "operator", "correct horse battery")
    assert run_command(gaps_command, ["aside", "zebra wallpaper", "--as", "Olga"]) == 0
    assert capsys.readouterr().out == "set aside: zebra WALLPAPER\n"
    assert run_command(gaps_command, []) == 0
    assert "aside  zebra WALLPAPER  (Olga, " in capsys.readouterr().out
    assert run_command(gaps_command, ["--json"]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert not whole["gaps"] and [one["conversations"] for one in whole["aside"]] == [2]
    assert run_command(gaps_command, ["aside", "zebra wallpaper", "--as", "Olga"]) == 2
    assert "no gap of these days holds" in capsys.readouterr().err
    assert run_command(gaps_command, ["back", "Zebra wallpaper?", "--as", "Olga"]) == 0
    assert run_command(gaps_command, ["back", "Zebra wallpaper?", "--as", "Olga"]) == 2
    assert "is not set aside" in capsys.readouterr().err


def test_nothing_to_tell_is_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(gaps_command, ["--days", "7"]) == 0
    assert capsys.readouterr().err == "nobody asked in vain in the last 7 days\n"
    assert run_command(overview_command, ["--days", "0"]) == 2
    assert "days = 0: use 1 to 366" in capsys.readouterr().err
