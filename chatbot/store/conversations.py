"""Conversations and their trees of messages.

An edit or a regeneration adds a sibling; nothing that was said is overwritten. A reply is stored before its first
word is shown, its text follows while it streams, and a reply that a dead process left behind is marked interrupted.
A conversation is deleted by `chatbot.erasure`, which reaches its copies as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chatbot.records import ChatMessage, Conversation, Message, Person, ReplyStatus, Trace

TITLE_CHARS = 60


def title_of(text: str) -> str:
    """A conversation's title from its first message."""
    return " ".join(text.split())[:TITLE_CHARS]


@dataclass(frozen=True)
class Exchange:
    """A question with the bot's reply; `reply` is the reply's id."""

    conversation: str
    reply: str
    question: str
    answer: str


class Conversations(Protocol):
    """The tables of conversations and messages."""

    def start(self, person: Person, pack: str, title: str = "New chat") -> Conversation:
        """A new, empty conversation."""
        ...

    def get(self, conversation_id: str, person: Person | None = None) -> Conversation:
        """The conversation; with `person`, only if it is theirs (else `NotFoundError`, as for one that never was)."""
        ...

    def of(self, person: Person, limit: int | None = 50) -> list[Conversation]:
        """A person's conversations that hold a message, the latest first; all of them without a limit."""
        ...

    def search(self, person: Person, words: str, limit: int = 50) -> list[Conversation]:
        """Those of a person's conversations that hold all of the words, in the title or a message; the latest first."""
        ...

    def rename(self, conversation_id: str, title: str, person: Person) -> None:
        """Give a conversation the title that its person wants; raises `InputError` for one that says nothing."""
        ...

    def retitle(self, conversation_id: str, title: str) -> None:
        """Give a conversation a title made from the talk, unless it has one from there or from its person."""
        ...

    def add_user_message(
        self, conversation: Conversation, parent: str | None, content: str, held: bool = False
    ) -> Message:
        """Store what the visitor said and make it the head; `held` where a person replies to it and not the bot."""
        ...

    def mark_held(self, message_id: str, held: bool) -> None:
        """Mark whether a person replies to this message: they took it before the bot began to, or have let it go."""
        ...

    def add_history(self, conversation: Conversation, messages: Sequence[ChatMessage]) -> str | None:
        """Store what a client says was said before; returns the last message's id.

        Replies among them were not written by a version of ours: they carry no trace, and nobody judges them.
        """
        ...

    def begin_reply(self, conversation: Conversation, parent: str, trace: Trace) -> Message:
        """Store an empty reply under way and make it the head."""
        ...

    def update_reply(self, message_id: str, content: str, status: ReplyStatus, trace: Trace) -> None:
        """Store the reply's text and state so far."""
        ...

    def message(self, message_id: str) -> Message:
        """One message by its id."""
        ...

    def messages(self, conversation_id: str) -> list[Message]:
        """All messages of a conversation, in every branch, the oldest first."""
        ...

    def path(self, leaf: str | None) -> list[Message]:
        """The branch from the first message down to `leaf`."""
        ...

    def exchanges(self, limit: int) -> list[Exchange]:
        """The latest replies of the bot that are whole, with what they answer, the latest first."""
        ...

    def siblings(self, message: Message) -> list[Message]:
        """The alternatives at this place in the tree, the oldest first, the message itself included."""
        ...

    def leaf(self, message: Message) -> str:
        """The end of the newest branch that goes through a message."""
        ...

    def set_head(self, conversation_id: str, head: str | None) -> None:
        """Put another branch on view."""
        ...

    def mark_interrupted(self) -> int:
        """Mark replies that a dead process left streaming; returns how many there were."""
        ...
