"""A process that stores chat after chat and says so after each; what it said must be there after it was killed."""

from functools import partial
from pathlib import Path

from benchmarks.crashes.house import House
from benchmarks.crashes.ledger import Promise, row
from benchmarks.crashes.processes import Job, lines
from chatbot.records import Trace
from chatbot.store import open_store


def writer(house: House, name: str) -> Job:
    """The process as a job."""
    return Job(partial(write, house.database, name), house.folder, house.environment)


def write(database: Path, name: str) -> int:
    """Store chats, each with its rating and an event of the audit log, until killed."""
    store = open_store(database)
    visitor = store.people.add_visitor()
    number = 0
    while True:
        with store.transaction():
            talk = store.conversations.start(visitor, "lamps", f"{name} {number}")
            asked = store.conversations.add_user_message(talk, None, f"question {number} of {name} äöü")
            reply = store.conversations.begin_reply(talk, asked.id, Trace(version="base"))
            store.conversations.update_reply(reply.id, f"reply {number} of {name}", "complete", Trace(version="base"))
        store.feedback.rate(reply.id, visitor, "like")
        print(reply.id, number, flush=True)
        number += 1


def promises(name: str, said: str) -> list[Promise]:
    """What a writer said is stored."""
    found = []
    for line in lines(said):
        reply, number = line.split()
        found.append(row("messages", id=reply, content=f"reply {number} of {name}", status="complete"))
        found.append(row("feedback", message=reply, kind="rating", value="like"))
    return found
