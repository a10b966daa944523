"""The rows of messages, by whomever they were written."""

import json
from dataclasses import asdict

from chatbot.records import Message, Trace
from chatbot.store.conversations import title_of
from chatbot.store.sqlite.database import Database, Row, Value


def add_message(database: Database, message: Message, title: str | None = None) -> None:
    """Store a message and make it the head of its conversation; `title` becomes its title, unless a person gave one."""
    row = {key: value for key, value in asdict(message).items() if key != "trace"}
    if message.trace:
        columns = trace_columns(message.trace)
        row |= columns if message.role == "assistant" else {"trace": columns["trace"]}
    head: dict[str, Value] = {"head": message.id, "updated_at": message.created_at}
    with database.writing() as db:
        db["messages"].insert(row)
        db["conversations"].update(message.conversation, head)
        if title:
            db.conn.execute(
                "update conversations set title = ?, titled = 'message' where id = ? and titled <> 'person'",
                [title_of(title), message.conversation],
            )


def trace_columns(trace: Trace) -> dict[str, Value]:
    """How a reply came about, and what of it is counted."""
    first = None if trace.first_token_ms is None else trace.queued_ms + trace.first_token_ms
    counted = {"act": trace.act, "handed": int(trace.handoff is not None), "first_ms": first}
    return {"trace": json.dumps(asdict(trace)), "version": trace.version, **counted}


def message_of(row: Row) -> Message:
    """A message from its row."""
    trace = Trace(**json.loads(row["trace"])) if row["trace"] else None
    names = ("id", "conversation", "parent", "role", "content", "status", "created_at", "author")
    return Message(**{name: row[name] for name in names}, trace=trace)
