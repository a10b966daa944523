"""Sign-ins: begun, seen, listed, ended; ones that wait for a second factor; none comes back with a backup."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chatbot.errors import NotFoundError
from chatbot.records import Person
from chatbot.store import Store, open_store
from chatbot.store.sign_ins import MOST_WRONG_CODES, SIGN_IN_SECONDS, WAITING_SECONDS
from chatbot.store.sqlite.backup import back_up, restore
from chatbot.store.sqlite.store import SqliteStore

NOW = "chatbot.store.sqlite.sign_ins.now"


def later(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="microseconds")


def test_a_sign_in_is_found_by_its_token_until_it_ends(store: Store, agent: Person) -> None:
    token = store.sign_ins.begin(agent, "127.0.0.1", "Firefox on Linux")
    found = store.sign_ins.find(token)
    assert found and (found.person, found.address, found.browser) == (agent.id, "127.0.0.1", "Firefox on Linux")
    assert store.sign_ins.find(token + "x") is None and store.sign_ins.of(agent) == [found]
    store.sign_ins.end(agent, found.id)
    assert store.sign_ins.find(token) is None and store.sign_ins.of(agent) == []
    with pytest.raises(NotFoundError):
        store.sign_ins.end(agent, found.id)


def test_only_a_digest_of_the_token_is_stored(store: SqliteStore, agent: Person) -> None:
    token = store.sign_ins.begin(agent, "", "")
    assert token not in str(store.database.rows("select * from sign_ins"))


def test_it_ends_by_itself_and_tells_when_it_was_seen(
    store: Store, agent: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = store.sign_ins.begin(agent, "", "")
    (begun,) = store.sign_ins.of(agent)
    monkeypatch.setattr(NOW, lambda: later(600))
    store.sign_ins.find(token)
    (seen,) = store.sign_ins.of(agent)
    assert seen.begun_at == begun.begun_at and seen.seen_at > begun.seen_at
    monkeypatch.setattr(NOW, lambda: later(SIGN_IN_SECONDS + 5))
    assert store.sign_ins.find(token) is None and store.sign_ins.of(agent) == []


def test_all_but_one_end(store: Store, agent: Person) -> None:
    tokens = [store.sign_ins.begin(agent, "", name) for name in ("a", "b", "c")]
    kept = store.sign_ins.find(tokens[1])
    assert kept and store.sign_ins.end_all(agent, but=kept.id) == 2
    assert [store.sign_ins.find(token) for token in tokens] == [None, kept, None]
    assert store.sign_ins.end_all(agent) == 1 and store.sign_ins.of(agent) == []


def test_what_waits_for_a_code_is_no_sign_in_and_waits_some_minutes(
    store: Store, agent: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = store.sign_ins.begin(agent, "", "", waiting=True)
    assert store.sign_ins.find(token) is None and store.sign_ins.of(agent) == []
    assert store.sign_ins.waiting(token)
    monkeypatch.setattr(NOW, lambda: later(WAITING_SECONDS + 5))
    assert store.sign_ins.waiting(token) is None


def test_wrong_codes_end_what_waits(store: Store, agent: Person) -> None:
    token = store.sign_ins.begin(agent, "", "", waiting=True)
    for _ in range(MOST_WRONG_CODES):
        waiting = store.sign_ins.waiting(token)
        assert waiting
        store.sign_ins.missed(waiting)
    assert store.sign_ins.waiting(token) is None


def test_a_backup_signs_nobody_in_again(store: SqliteStore, agent: Person, home: Path, tmp_path: Path) -> None:
    token = store.sign_ins.begin(agent, "", "")
    back_up(home, tmp_path / "backup")
    store.sign_ins.end_all(agent)
    store.close()
    restore(tmp_path / "backup", home)
    again = open_store(home / "chatbot.db")
    assert again.sign_ins.find(token) is None and again.people.get(agent.id) == agent
    again.close()
