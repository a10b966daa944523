"""Files that visitors send, kept with the conversation in which they sent them, and gone with it.

What is stored was checked and made safe before (`chatbot.receiving`). A file is its sender's alone until a message is
sent with it; then it belongs to the message's conversation. The contents lie in the database, so that one transaction,
one backup and one deletion reach them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chatbot.records import Message, Person

PICTURE = "image/jpeg"


@dataclass(frozen=True)
class Upload:
    """A file: `kind` is its media type, told by what it holds; `width` and `height` are those of a picture, else 0."""

    id: str
    person: str
    conversation: str | None
    name: str
    kind: str
    size: int
    width: int
    height: int
    created_at: str

    @property
    def is_picture(self) -> bool:
        """Whether it can be shown as a picture."""
        return self.kind == PICTURE


@dataclass(frozen=True)
class Content:
    """The bytes of a file, and of a picture a small one to be shown in a talk."""

    whole: bytes
    small: bytes = b""


@dataclass(frozen=True)
class Kept:
    """How many bytes are kept of one person, and of everybody."""

    person: int
    everybody: int


class Uploads(Protocol):
    """The tables of files."""

    def add(self, person: Person, name: str, kind: str, content: Content, width: int = 0, height: int = 0) -> Upload:
        """Store a file that no message was sent with yet."""
        ...

    def get(self, upload_id: str, person: Person | None = None) -> Upload:
        """The file; with `person`, only if they sent it (else `NotFoundError`, as for one that never was)."""
        ...

    def content(self, upload_id: str) -> Content:
        """The bytes of a file; raises `NotFoundError`."""
        ...

    def attach(self, upload_ids: Sequence[str], message: Message, person: Person) -> None:
        """Send a person's files with a message; raises `NotFoundError` for others, and for those sent elsewhere."""
        ...

    def carry(self, before: Message, message: Message) -> None:
        """Send what was sent with a message with its edited version too."""
        ...

    def sent_with(self, message_id: str) -> list[Upload]:
        """The files of one message, in the order in which they were taken."""
        ...

    def sent_in(self, conversation_id: str) -> dict[str, list[Upload]]:
        """The files of a conversation by the ids of its messages."""
        ...

    def unsent(self, person: Person) -> int:
        """How many files of a person no message was sent with yet."""
        ...

    def kept(self, person: Person) -> Kept:
        """How much is kept."""
        ...

    def discard(self, upload_id: str, person: Person) -> None:
        """Delete a file of a person's that was not sent; raises `NotFoundError` for any other."""
        ...

    def forget_unsent(self, before: str, person: Person | None = None) -> int:
        """Delete what was not sent and came before a moment, of everybody or of one person; returns how many."""
        ...
