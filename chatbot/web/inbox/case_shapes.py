"""Cases as the inbox is told of them, with the people around them; made from the store in `reading`."""

from pydantic import BaseModel

from chatbot.records import CaseReason, CaseStatus
from chatbot.store.cases import CallKind
from chatbot.web.inbox.message_shapes import Said


class CaseRow(BaseModel):
    """A case in a list; `there` tells whether its visitor has the conversation on screen."""

    conversation: str
    title: str
    status: CaseStatus
    reason: CaseReason
    holder: str | None
    holder_name: str
    waiting_since: str | None
    last_at: str
    version: str
    topic: str
    labels: list[str]
    unread: int
    contact: str
    there: bool


class ListedCase(CaseRow):
    """A case with `excerpt`: what the visitor said last, or where that stands which is searched for."""

    excerpt: str


class CaseList(BaseModel):
    """A page of cases; `next` is the cursor of the one after it, empty at the end.

    Whatever the filter, `mine` is how many the reader holds, and `attention` how many wait, together with what is
    unread in the reader's.
    """

    items: list[ListedCase]
    next: str
    counts: dict[CaseStatus, int]
    mine: int
    attention: int


class CallShape(BaseModel, from_attributes=True):
    """A case that the reader is called to by a note or a transfer, until they open it; `caller` is a name."""

    conversation: str
    title: str
    kind: CallKind
    caller: str
    at: str


class Choices(BaseModel):
    """What cases can be filtered by."""

    labels: list[str]
    versions: list[str]
    topics: list[str]


class Tried(BaseModel):
    """A reply of the bot in the summary."""

    message: str
    begins: str
    act: str
    rule: str
    handoff: str


class SummaryShape(BaseModel):
    """What was asked, tried and found."""

    asked: list[str]
    tried: list[Tried]
    found: list[str]


class NoteShape(BaseModel):
    """An internal note; `mentions` are ids of the staff."""

    id: str
    person: str
    name: str
    text: str
    mentions: list[str]
    created_at: str


class Other(BaseModel):
    """Another conversation of the same visitor."""

    conversation: str
    title: str
    updated_at: str


class OwnerFact(BaseModel):
    """Something that the visitor said about themselves and agreed to have remembered."""

    label: str
    value: str


class Owner(BaseModel):
    """The visitor."""

    id: str
    consent: bool
    remembered: list[OwnerFact]
    created_at: str
    others: list[Other]


class Colleague(BaseModel):
    """One of the staff; `there` tells whether they have an inbox open, `me` who asks."""

    id: str
    name: str
    role: str
    there: bool
    me: bool


class WholeCase(BaseModel):
    """A case with its conversation and all around it.

    `position` is the place among those who wait, from 1, and 0 for others; `looking` is who else has it on view.
    """

    case: CaseRow
    position: int
    messages: list[Said]
    summary: SummaryShape
    notes: list[NoteShape]
    person: Owner
    looking: list[Colleague]


class CannedShape(BaseModel):
    """A canned reply."""

    name: str
    text: str
    updated_at: str
