"""What the inbox's API answers, as types; made from the store in `reading`."""

from typing import Literal

from pydantic import BaseModel

from chatbot.records import CaseReason, CaseStatus, PassageKind, Speaker


class CaseRow(BaseModel):
    """A case in a list.

    `position` is the place among those who wait, from 1, and 0 for others; `there` whether its visitor has the
    conversation on screen.
    """

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


class CaseList(BaseModel):
    """A page of cases; `next` is the cursor of the one after it, empty at the end.

    Whatever the filter, `mine` is how many the reader holds, and `attention` how many wait, together with what is
    unread in the reader's.
    """

    items: list[CaseRow]
    next: str
    counts: dict[CaseStatus, int]
    mine: int
    attention: int


class Choices(BaseModel):
    """What cases can be filtered by."""

    labels: list[str]
    versions: list[str]
    topics: list[str]


class Opinion(BaseModel):
    """What somebody thinks of a reply; `text` is a comment, or the correction."""

    who: str
    mine: bool
    kind: Literal["rating", "stars", "correction", "helped"]
    value: str | None
    reasons: list[str]
    stars: dict[str, int]
    text: str


class Source(BaseModel):
    """A passage that was found for a reply; `used` tells whether the reply rests on it."""

    id: str
    kind: PassageKind
    title: str
    text: str
    source: str
    query: str
    score: float
    used: bool


class SentFile(BaseModel):
    """A file that the visitor sent; `width` and `height` are those of a picture, else 0."""

    id: str
    name: str
    kind: str
    size: int
    width: int
    height: int


class Weighed(BaseModel):
    """The rule that a message was likeliest to fall under; it holds above the probability that is `needed`."""

    rule: str
    probability: float
    needed: float


class ProposalShape(BaseModel):
    """An answer that waits for a second look; `mine` tells whether who asks proposed it, and may not confirm it."""

    id: str
    query: str
    response: str
    message: str
    conversation: str
    author: str
    asked: str
    mine: bool
    created_at: str


class Said(BaseModel):
    """A message of the branch on view, with what can be known of it; `versions` are its siblings and itself."""

    id: str
    parent: str | None
    role: Speaker
    author: str | None
    author_name: str
    content: str
    status: str
    created_at: str
    held: bool
    versions: list[str]
    version: str
    act: str
    rule: str
    weighed: Weighed | None
    known: list[str]
    handoff: str
    uncertain: bool
    check: str
    check_words: str
    refused: list[str]
    sources: list[Source]
    opinions: list[Opinion]
    files: list[SentFile]
    proposal: ProposalShape | None


class LearnedRow(BaseModel):
    """A row that a version learned from; `conversation` is the chat that it came from, where that is still there.

    `score` is the mean of how near the questions and the replies are.
    """

    lesson: Literal["imitate", "like", "dislike"]
    origin: str
    question: str
    reply: str
    rejected: str
    conversation: str
    score: float
    question_score: float
    reply_score: float


class LearnedFrom(BaseModel):
    """The rows nearest to a reply out of so `many` that its version learned from; `none` says why there are none."""

    snapshot: int | None
    many: int
    rows: list[LearnedRow]
    none: str


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
    """A case with its conversation and all around it; `looking` is who else has it on view."""

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


class AnswerShape(BaseModel):
    """An approved answer in use."""

    id: str
    query: str
    response: str
    message: str | None
    author: str
    confirmed_by: str
    created_at: str


class ContradictionShape(BaseModel, from_attributes=True):
    """A sentence of an article that says otherwise than an answer, and in what."""

    title: str
    text: str
    why: str


class AlikeShape(BaseModel, from_attributes=True):
    """A known question that would find an answer."""

    question: str
    score: float


class ChangedShape(BaseModel, from_attributes=True):
    """A past question that would be answered otherwise, and how it was answered."""

    conversation: str
    question: str
    before: str


class EffectsShape(BaseModel, from_attributes=True):
    """What an approval would change."""

    contradicts: list[ContradictionShape]
    found_for: list[AlikeShape]
    changed: list[ChangedShape]


class DraftText(BaseModel):
    """What the model would say now, checked; stored nowhere."""

    text: str
