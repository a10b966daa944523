"""The rows of messages, by whomever they were written."""

import json
from dataclasses import asdict

from chatbot.records import Message, Trace
from chatbot.store.conversations import title_of
from chatbot.store.sqlite.database import Database, Row, Value


def add_message(database: Database, message: Message, title: str | None = None) -> None:
    """Store a message and make it the head of its conversation, whose title comes from `title` where that is given."""
    row = {key: value for key, value in asdict(message).items() if key != "trace"}
    if message.trace:
        row |= {"trace": json.dumps(asdict(message.trace))}
        row |= {"version": message.trace.version} if message.role == "assistant" else {}
    head: dict[str, Value] = {"head": message.id, "updated_at": message.created_at}
    if title:
        head["title"] = title_of(title)
    with database.writing() as db:
        db["messages"].insert(row)
        db["conversations"].update(message.conversation, head)


def message_of(row: Row) -> Message:
    """A message from its row."""
    trace = Trace(**json.loads(row["trace"])) if row["trace"] else None
    names = ("id", "conversation", "parent", "role", "content", "status", "created_at", "author")
    return Message(**{name: row[name] for name in names}, trace=trace)
