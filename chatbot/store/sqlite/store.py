"""The store over one SQLite file, opened by its path."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chatbot.broker import Broker
from chatbot.store.passwords import Passwords
from chatbot.store.sqlite.accounts import SqliteAccounts
from chatbot.store.sqlite.canned import SqliteCannedReplies
from chatbot.store.sqlite.case_excerpts import CaseExcerpts
from chatbot.store.sqlite.case_pages import CasePages
from chatbot.store.sqlite.case_rows import CaseRows
from chatbot.store.sqlite.case_search import CaseSearch
from chatbot.store.sqlite.cases import SqliteCases
from chatbot.store.sqlite.conversations import SqliteConversations
from chatbot.store.sqlite.database import Database
from chatbot.store.sqlite.erasures import SqliteErasures
from chatbot.store.sqlite.events import SqliteEvents
from chatbot.store.sqlite.feedback import SqliteFeedback
from chatbot.store.sqlite.figures import SqliteFigures
from chatbot.store.sqlite.gaps import SqliteGapsAside
from chatbot.store.sqlite.keys import SqliteKeys
from chatbot.store.sqlite.memories import SqliteMemories
from chatbot.store.sqlite.people import SqlitePeople
from chatbot.store.sqlite.rates import SqliteRates
from chatbot.store.sqlite.restoring import carry_on_alone
from chatbot.store.sqlite.second_factors import SqliteSecondFactors
from chatbot.store.sqlite.sign_ins import SqliteSignIns
from chatbot.store.sqlite.uploads import SqliteUploads
from chatbot.store.sqlite.versions import SqliteVersions
from chatbot.store.sqlite.webhooks import SqliteWebhooks

RATES = "rates.db"


@dataclass(frozen=True)
class SqliteStore:
    """The areas over one database, whose handle any thread may use."""

    database: Database
    people: SqlitePeople
    accounts: SqliteAccounts
    sign_ins: SqliteSignIns
    second_factors: SqliteSecondFactors
    conversations: SqliteConversations
    cases: SqliteCases
    canned: SqliteCannedReplies
    feedback: SqliteFeedback
    versions: SqliteVersions
    keys: SqliteKeys
    events: SqliteEvents
    rates: SqliteRates
    erasures: SqliteErasures
    figures: SqliteFigures
    gaps: SqliteGapsAside
    webhooks: SqliteWebhooks
    uploads: SqliteUploads
    memories: SqliteMemories

    @property
    def broker(self) -> Broker:
        return self.database.broker

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self.database.writing():
            yield

    def check(self) -> None:
        self.database.row("select 1")

    def close(self) -> None:
        self.database.close()
        self.rates.close()


def open_store(path: Path) -> SqliteStore:
    """Open the database file, making or migrating it where needed, once a restore that was cut off is at its end."""
    carry_on_alone(path.parent)
    database = Database(path)
    passwords, sign_ins = Passwords(), SqliteSignIns(database)
    people = SqlitePeople(database, passwords)
    search = CaseSearch(database)
    rows = CaseRows(database, search)
    return SqliteStore(
        database,
        people,
        SqliteAccounts(database, people, sign_ins, passwords),
        sign_ins,
        SqliteSecondFactors(database),
        SqliteConversations(database, rows),
        SqliteCases(database, rows, CasePages(database, search), CaseExcerpts(database, search)),
        SqliteCannedReplies(database),
        SqliteFeedback(database, rows),
        SqliteVersions(database),
        SqliteKeys(database, people),
        SqliteEvents(database),
        SqliteRates(path.with_name(RATES)),
        SqliteErasures(database, search),
        SqliteFigures(database),
        SqliteGapsAside(database),
        SqliteWebhooks(database),
        SqliteUploads(database),
        SqliteMemories(database),
    )
