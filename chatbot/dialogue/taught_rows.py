"""What a version learned from, as the staff see it: the rows of its snapshot as questions with replies.

Read from the snapshot's files; facts that stood in a row's prompt are left out, and so are rows of other domains, which
teach to read and tell nothing of this one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from chatbot.dialogue.prompt import question_in
from chatbot.snapshot_folder import files_in

Lesson = Literal["imitate", "like", "dislike"]


@dataclass(frozen=True)
class TaughtRow:
    """One row: a reply to `imitate`, or one that was rated.

    `rejected` is the reply that it was preferred to. `conversation` is the chat that it came from, if it may be one.
    """

    id: str
    lesson: Lesson
    question: str
    reply: str
    origin: str
    conversation: str
    rejected: str = ""


def taught_rows(folder: Path) -> list[TaughtRow]:
    """The rows of a snapshot's folder that were learned from; those held out to validate are not among them."""
    files = files_in(folder)
    rejected = {str(row["id"]): _said(row["rejected"])[-1] for row in files.get("preferences", ())}
    return [*_to_imitate(files.get("train", ()), rejected), *_judged(files.get("unpaired", ()))]


def _to_imitate(rows: Iterable[Mapping[str, object]], rejected: Mapping[str, str]) -> Iterator[TaughtRow]:
    for row in rows:
        *_, asked, reply = _said(row["messages"])
        name, question = str(row.get("id", "")), str(row.get("asked") or question_in(asked))
        origin, chat = str(row.get("origin", "")), str(row.get("group", ""))
        yield TaughtRow(name, "imitate", question, reply, origin, chat, rejected.get(name, ""))


def _judged(rows: Iterable[Mapping[str, object]]) -> Iterator[TaughtRow]:
    for number, row in enumerate(rows):
        lesson: Lesson = "like" if row["label"] else "dislike"
        question, reply = question_in(_said(row["prompt"])[-1]), _said(row["completion"])[-1]
        yield TaughtRow(f"unpaired-{number}", lesson, question, reply, "rating", str(row.get("group", "")))


def _said(messages: object) -> list[str]:
    """The texts of a row's messages."""
    assert isinstance(messages, list)
    return [str(message["content"]) for message in messages]
