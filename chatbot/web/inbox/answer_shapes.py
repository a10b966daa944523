"""Approved answers as the pages of the staff are told of them: in use, proposed, and what one would change."""

from pydantic import BaseModel


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
