"""Settings are told with where they come from; those that may be are changed while the product serves."""

from pathlib import Path

import pytest

from chatbot.broker import Happening
from chatbot.changing_settings import CHANGED, adopt_kept, all_settings, change
from chatbot.dialogue.session import Session
from chatbot.errors import InputError, NotFoundError
from chatbot.kept_settings import read_kept
from chatbot.settings import load_settings
from chatbot.store.sqlite.store import SqliteStore
from tests.events import latest

OLGA = "operator:Olga"


def test_a_change_holds_at_once_and_after_the_next_start(chat: Session, store: SqliteStore) -> None:
    heard: list[Happening] = []
    store.broker.listen(heard.append)
    change(chat.settings, store, "temperature", "0.5", OLGA)
    assert chat.sampling().temperature == 0.5 == load_settings().temperature
    event = latest(store, [CHANGED], 1)[0]
    assert (event.actor, event.subject, event.detail) == (OLGA, "temperature", {"value": "0.5", "was": "0.0"})
    assert [(one.kind, one.detail) for one in heard] == [("setting", {"name": "temperature"})]
    change(chat.settings, store, "temperature", None, OLGA)
    assert chat.sampling().temperature == 0 and read_kept(chat.settings.home) == {}


def test_rates_flags_and_what_may_be_nothing(store: SqliteStore) -> None:
    settings = load_settings()
    for name, value in (("message_rate", "5 per minute"), ("check", "false"), ("retention_days", "30")):
        change(settings, store, name, value, OLGA)
    assert (str(settings.message_rate), settings.check, settings.retention_days) == ("5/minute", False, 30)
    change(settings, store, "retention_days", "", OLGA)
    assert settings.retention_days is None


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("temperature", "7", "less than or equal to 2"),
        ("message_rate", "often", "it is no rate"),
        ("port", "80", "port is read at the start"),
        ("top_p", "0.5", "top_p is set by the variable CHATBOT_TOP_P"),
    ],
)
def test_what_cannot_be_is_said(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv("CHATBOT_TOP_P", "0.9")
    settings = load_settings()
    with pytest.raises(InputError, match=words):
        change(settings, store, name, value, OLGA)
    assert read_kept(settings.home) == {}
    with pytest.raises(NotFoundError, match="no setting 'tempo'"):
        change(settings, store, "tempo", "1", OLGA)


def test_all_are_told_with_their_source_and_secrets_hidden(
    tmp_path: Path, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shop.toml").write_text("passages = 6\n")
    monkeypatch.setenv("CHATBOT_CONFIG", str(tmp_path / "shop.toml"))
    monkeypatch.setenv("CHATBOT_METRICS_KEY", "a secret key of metrics")
    settings = load_settings(port=9000)
    change(settings, store, "best_of", "2", OLGA)
    told = {one.name: one for one in all_settings(settings)}
    assert (told["passages"].source, told["passages"].changeable) == ("file", False)
    assert (told["best_of"].source, told["best_of"].value, told["best_of"].usual) == ("kept", "2", "1")
    assert told["metrics_key"].value == "…" and told["metrics_key"].source == "environment"
    assert (told["port"].source, told["host"].source) == ("command line", "default")
    assert told["check"].flag and told["check"].changeable and told["check"].value == "true"
    assert told["retention_days"].value == "" and "docs/privacy.md" in told["retention_days"].description


def test_what_another_process_kept_is_taken_over(store: SqliteStore) -> None:
    serving, elsewhere = load_settings(), load_settings()
    change(elsewhere, store, "passages", "5", OLGA)
    assert serving.passages != 5
    adopt_kept(serving, "passages")
    assert serving.passages == 5
