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
