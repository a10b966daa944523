"""Messages as the inbox is told of them, with what is known of each; made from the store in `reading`."""

from typing import Literal

from pydantic import BaseModel

from chatbot.records import PassageKind, Speaker
from chatbot.web.inbox.answer_shapes import AnswerShape, ProposalShape


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


class Said(BaseModel):
    """A message of the branch on view, with what can be known of it; `versions` are its siblings and itself.

    `answer` is the approved answer in use because of it, `proposal` one that waits for a second look.
    """

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
    answer: AnswerShape | None
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


class DraftText(BaseModel):
    """What the model would say now, checked; stored nowhere."""

    text: str
