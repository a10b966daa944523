"""What stands behind a store: each area of SQLite's has the methods of its protocol, and a transaction is one."""

import inspect

import pytest

from chatbot.records import Person
from chatbot.store.accounts import Accounts
from chatbot.store.canned import CannedReplies
from chatbot.store.cases import Cases
from chatbot.store.conversations import Conversations
from chatbot.store.erasures import Erasures
from chatbot.store.events import Events
from chatbot.store.feedback import FeedbackStore
from chatbot.store.keys import Keys
from chatbot.store.people import People
from chatbot.store.protocol import Store
from chatbot.store.rates import Rates
from chatbot.store.second_factors import SecondFactors
from chatbot.store.sign_ins import SignIns
from chatbot.store.sqlite.accounts import SqliteAccounts
from chatbot.store.sqlite.canned import SqliteCannedReplies
from chatbot.store.sqlite.cases import SqliteCases
from chatbot.store.sqlite.conversations import SqliteConversations
from chatbot.store.sqlite.erasures import SqliteErasures
from chatbot.store.sqlite.events import SqliteEvents
from chatbot.store.sqlite.feedback import SqliteFeedback
from chatbot.store.sqlite.keys import SqliteKeys
from chatbot.store.sqlite.people import SqlitePeople
from chatbot.store.sqlite.rates import SqliteRates
from chatbot.store.sqlite.second_factors import SqliteSecondFactors
from chatbot.store.sqlite.sign_ins import SqliteSignIns
from chatbot.store.sqlite.store import SqliteStore
from chatbot.store.sqlite.versions import SqliteVersions
from chatbot.store.versions import Versions


def methods(kind: type) -> dict[str, inspect.Signature]:
    return {name: inspect.signature(member) for name, member in vars(kind).items() if inspect.isfunction(member)}


@pytest.mark.parametrize(
    ("protocol", "area"),
    [
        (Accounts, SqliteAccounts),
        (CannedReplies, SqliteCannedReplies),
        (Cases, SqliteCases),
        (Conversations, SqliteConversations),
        (Erasures, SqliteErasures),
        (Events, SqliteEvents),
        (FeedbackStore, SqliteFeedback),
        (Keys, SqliteKeys),
        (People, SqlitePeople),
        (Rates, SqliteRates),
        (SecondFactors, SqliteSecondFactors),
        (SignIns, SqliteSignIns),
        (Versions, SqliteVersions),
    ],
)
def test_an_area_has_what_its_protocol_says_and_nothing_beside(protocol: type, area: type) -> None:
    public = {name: signature for name, signature in methods(area).items() if not name.startswith("_")}
    assert public == {name: signature for name, signature in methods(protocol).items() if not name.startswith("_")}


def test_a_transaction_of_several_areas_is_whole_or_not_at_all(store: Store, visitor: Person) -> None:
    def fail() -> None:
        with store.transaction():
            conversation = store.conversations.start(visitor, "lamps")
            store.conversations.add_user_message(conversation, None, "Hello")
            with store.transaction():
                store.people.set_consent(visitor, True)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.conversations.of(visitor) == []
    kept = store.people.get(visitor.id)
    assert kept and not kept.consent


def test_a_store_that_can_be_read_passes_its_check(store: SqliteStore) -> None:
    store.check()
    store.close()
    store.check()
