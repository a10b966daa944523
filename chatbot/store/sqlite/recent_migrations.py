"""The latest migrations, which go on where `migrations` ends."""

from sqlite_utils import Database

from chatbot.store.sqlite.case_endings import COLUMNS, INDEX, count_endings
from chatbot.store.sqlite.gap_tables import TABLES as GAP_TABLES
from chatbot.store.sqlite.migrations import migrations
from chatbot.store.sqlite.upload_tables import TABLES as UPLOAD_TABLES

__all__ = ["migrations"]


@migrations()
def m011_second_looks(db: Database) -> None:
    """Approved answers that wait until somebody else confirms them."""
    for column in (
        "waits integer not null default 0",
        "asked text references people(id)",
        "confirmed_by text references people(id)",
    ):
        db.conn.execute(f"alter table answers add column {column}")


@migrations()
def m012_memories(db: Database) -> None:
    """What visitors said about themselves, and that they agree to its being kept."""
    for statement in (
        """
        create table memory_consents (
            person text primary key references people(id) on delete cascade, at text not null
        )
        """,
        """
        create table memories (
            person text not null references people(id) on delete cascade, field text not null, value text not null,
            conversation text references conversations(id) on delete cascade, at text not null,
            primary key (person, field)
        )
        """,
        "create index memories_by_conversation on memories(conversation)",
    ):
        db.conn.execute(statement)


@migrations()
def m013_figures(db: Database) -> None:
    """What is counted of replies as columns, and indexes that hold all that is counted."""
    for statement in (
        "alter table messages add column act text",
        "alter table messages add column handed integer",
        "alter table messages add column first_ms real",
        """
        update messages set act = json_extract(trace, '$.act'), handed = json_extract(trace, '$.handoff') is not null,
            first_ms = json_extract(trace, '$.queued_ms') + json_extract(trace, '$.first_token_ms')
        where role = 'assistant' and trace is not null
        """,
        "create index messages_as_counted on messages(conversation, created_at, role, act, handed, first_ms)",
        "drop index messages_by_conversation",
        "create index messages_unanswered on messages(created_at, id) where act = 'abstain'",
        "create index conversations_by_time on conversations(pack, created_at, id)",
        "create index feedback_by_time on feedback(created_at)",
    ):
        db.conn.execute(statement)


@migrations()
def m014_uploads(db: Database) -> None:
    """Files that visitors send."""
    for statement in UPLOAD_TABLES:
        db.conn.execute(statement)


@migrations()
def m015_endings(db: Database) -> None:
    """What each conversation came to, kept in its case."""
    for column in COLUMNS:
        db.conn.execute(f"alter table cases add column {column}")
    count_endings(db)
    for statement in (INDEX, "drop index conversations_by_time"):
        db.conn.execute(statement)


@migrations()
def m016_gaps_aside(db: Database) -> None:
    """Questions that are not ours to answer."""
    for statement in GAP_TABLES:
        db.conn.execute(statement)


@migrations()
def m017_calls(db: Database) -> None:
    """Who of the staff is called to a case, by a mention or a transfer."""
    for statement in (
        """
        create table case_calls (
            person text not null references people(id), kind text not null, caller text not null references people(id),
            number integer not null references cases(number) on delete cascade, at text not null,
            primary key (person, number)
        ) without rowid
        """,
        "create index case_calls_by_case on case_calls(number)",
    ):
        db.conn.execute(statement)
