"""Cases: what the staff see of conversations; each that holds a message has one, with its status and who holds it.

A case is `open` while the bot answers, `waiting` when a person was promised and nobody holds it, `held` by an agent,
or `done`. What a visitor says, or a reason to look at it, opens it again. Every change is one transaction, leaves one
event in the audit log, which holds no words, and is told to the broker.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from chatbot.errors import InputError
from chatbot.records import CaseReason, CaseStatus, Message, Person
from chatbot.store.figures import Ending

LONGEST_NOTE = 8000
LONGEST_LABEL = 40
LONGEST_CONTACT = 254
MOST_LABELS = 20
LONGEST_PAGE = 200
CaseOrder = Literal["urgent", "latest"]
CallKind = Literal["mention", "transfer"]


@dataclass(frozen=True)
class Case:
    """A conversation as the staff see it.

    `waiting_since` is since when its visitor has waited for words of a person, `last_at` when something was said last,
    `version` and `topic` those of the last reply, and `unread` counts what the visitor said since somebody looked.
    `contact` is the address that they left outside hours.
    """

    conversation: str
    person: str
    title: str
    status: CaseStatus
    reason: CaseReason
    holder: str | None
    holder_name: str
    waiting_since: str | None
    last_at: str
    version: str
    topic: str
    labels: tuple[str, ...]
    unread: int
    contact: str


@dataclass(frozen=True)
class CaseFilter:
    """Which cases: those to which all that is given applies.

    `text` is looked for in messages and notes: all of its words, the last one maybe the beginning of one, in the same
    message. `begun` is the first day (UTC) on which one may have begun, `ending` what it came to, both as figures count
    them; `since` and `until` go by the last message. `cursor` is the `next` of the page before. `urgent` puts those who
    have waited longest first, then what is disliked, uncertain and new, the latest first; `latest` goes by the last
    message. With `text`, the latest conversation is first.
    """

    status: CaseStatus | None = None
    holder: str | None = None
    reason: CaseReason | None = None
    label: str | None = None
    version: str | None = None
    topic: str | None = None
    ending: Ending | None = None
    begun: str | None = None
    since: str | None = None
    until: str | None = None
    text: str = ""
    order: CaseOrder = "urgent"
    cursor: str = ""
    limit: int = 50


@dataclass(frozen=True)
class CasePage:
    """Some cases, the cursor of the next page (empty after the last), and how many there are of each status.

    `counts` are those to which the rest of the filter applies, whatever its status, holder and text.
    """

    items: list[Case]
    next: str
    counts: dict[CaseStatus, int]


@dataclass(frozen=True)
class Attention:
    """What asks for somebody of the staff: cases that wait, those that they hold, and what is unread in these."""

    waiting: int
    mine: int
    unread: int


@dataclass(frozen=True)
class CaseChoices:
    """What can be filtered by."""

    labels: list[str] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Note:
    """What one of the staff wrote for the others; `mentions` are the people whose names it calls."""

    id: str
    conversation: str
    person: str
    name: str
    text: str
    mentions: tuple[str, ...]
    created_at: str


@dataclass(frozen=True)
class Call:
    """Somebody of the staff is called to a case, which they have not opened since; `caller` is a name."""

    conversation: str
    title: str
    kind: CallKind
    caller: str
    at: str


class Cases(Protocol):
    """The tables of cases, notes and labels.

    What only the holder may do raises `CaseHeldError`, with their name, for everybody else; what nobody holds, anyone
    of the staff may take. A case that does not exist is a `NotFoundError`.
    """

    def get(self, conversation_id: str) -> Case:
        """The case of a conversation."""
        ...

    def held(self, conversation_id: str) -> bool:
        """Whether a person holds this conversation, so that the bot is silent."""
        ...

    def page(self, wanted: CaseFilter) -> CasePage:
        """Some of the cases that a filter lets through; raises `InputError` for a cursor that is none."""
        ...

    def excerpts(self, conversations: Sequence[str], text: str = "") -> dict[str, str]:
        """What a list shows of some conversations: the visitor's last words, or where `text` stands in them."""
        ...

    def attention(self, person: Person) -> Attention:
        """What asks for somebody just now."""
        ...

    def choices(self) -> CaseChoices:
        """The labels, versions and topics that there are."""
        ...

    def queue(self) -> list[str]:
        """The conversations that wait, in the order of their places."""
        ...

    def queue_position(self, conversation_id: str) -> int:
        """The place among those who wait, from 1; 0 for a case that does not wait."""
        ...

    def hand_off(self, conversation_id: str, actor: str, reason: str) -> bool:
        """Let a person be waited for, by the doing of `actor`; False where one is waited for or has it already."""
        ...

    def claim(self, conversation_id: str, person: Person, over: bool = False) -> Case:
        """Hold a case; of two who claim it at once, one does. With `over` it is taken from whoever holds it."""
        ...

    def release(self, conversation_id: str, person: Person, note: str = "") -> Case:
        """Hand a case back to the bot."""
        ...

    def requeue(self, conversation_id: str, person: Person, since: str | None = None) -> Case:
        """Let a case wait for a person again, as it has `since` then; from now on where that is not given."""
        ...

    def transfer(self, conversation_id: str, person: Person, to: Person, note: str = "") -> Case:
        """Let somebody else hold a case."""
        ...

    def close(self, conversation_id: str, person: Person) -> Case:
        """Be done with a case, whatever its status."""
        ...

    def reopen(self, conversation_id: str, person: Person) -> Case:
        """Take a case up that was done."""
        ...

    def leave(self, person: Person) -> list[str]:
        """Put all that an agent holds back into the queue, since they went away; returns the conversations."""
        ...

    def holders(self) -> list[str]:
        """The people who hold a case."""
        ...

    def write(self, conversation_id: str, person: Person, text: str) -> Message:
        """Say something to the visitor, in the thread; whoever writes holds the case from then on."""
        ...

    def seen(self, conversation_id: str, person: Person) -> None:
        """Nothing of it is unread any more, and the person is not called to it any more."""
        ...

    def calls(self, person: Person) -> list[Call]:
        """The cases that somebody is called to by a note or a transfer, until they open them; the latest first."""
        ...

    def add_note(self, conversation_id: str, person: Person, text: str) -> Note:
        """Write something for the staff; `@name` mentions one of them."""
        ...

    def notes(self, conversation_id: str) -> list[Note]:
        """The notes on a case, the oldest first."""
        ...

    def add_label(self, conversation_id: str, person: Person, label: str) -> Case:
        """Put a label on a case."""
        ...

    def remove_label(self, conversation_id: str, person: Person, label: str) -> Case:
        """Take a label off."""
        ...

    def set_contact(self, conversation_id: str, contact: str, actor: str) -> Case:
        """Keep the address at which the visitor wants to be answered."""
        ...


def checked_text(text: str, what: str, longest: int) -> str:
    """A text without spaces around it; raises `InputError` where it is empty or too long."""
    text = text.strip()
    if not text:
        raise InputError(f"the {what} is empty: write something")
    if len(text) > longest:
        raise InputError(f"the {what} has {len(text):,} characters: {longest:,} fit")
    return text


def checked_label(label: str) -> str:
    """A label as it is stored: one line in lower case."""
    return checked_text(" ".join(label.split()).casefold(), "label", LONGEST_LABEL)
