"""API keys: shown once, stored as digests, each for a person of its own."""

import pytest

from chatbot.errors import InputError, NotFoundError
from chatbot.store.keys import PREFIX, digest_of, new_token, visitor_of
from chatbot.store.sqlite.store import SqliteStore


def test_tokens_differ_and_their_digests_tell_nothing() -> None:
    one, two = new_token(), new_token()
    assert one != two and one.startswith(PREFIX)
    assert digest_of(one) == digest_of(one) != digest_of(two)
    assert one.removeprefix(PREFIX) not in digest_of(one)


def test_a_key_is_found_by_its_token_until_it_is_revoked(store: SqliteStore) -> None:
    token = store.keys.add("shop", "app")
    key = store.keys.find(token)
    assert key and (key.name, key.role) == ("shop", "app") and store.keys.all() == [key]
    assert store.keys.find(token + "x") is None
    assert token not in "\n".join(store.database.here.conn.iterdump())
    with pytest.raises(InputError, match="'shop' is taken"):
        store.keys.add("shop", "agent")
    store.keys.revoke("shop")
    assert store.keys.find(token) is None and store.keys.all() == []
    with pytest.raises(NotFoundError, match="known keys are none"):
        store.keys.revoke("shop")


def test_an_app_speaks_for_visitors_and_an_agents_key_for_the_agent(store: SqliteStore) -> None:
    app, agent = (store.keys.find(store.keys.add(role, role)) for role in ("app", "agent"))
    assert app and agent
    ann = store.keys.holder(app, "ann")
    assert ann.id == visitor_of(app, "ann") != store.keys.holder(app, "bob").id
    assert store.keys.holder(app).id == app.person
    assert store.keys.holder(agent, "ann").id == agent.person and store.keys.holder(agent).role == "agent"
