"""The latest migrations, which go on where `migrations` ends."""

from sqlite_utils import Database

from chatbot.store.sqlite.migrations import migrations

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
