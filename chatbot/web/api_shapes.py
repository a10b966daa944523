"""OpenAI's shapes: the replies that `/v1` gives. What it reads stands in `api_requests`, its errors in `api_errors`."""

import json
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from chatbot.dialogue.running import Update
from chatbot.dialogue.truncation import Reason
from chatbot.records import Outcome
from chatbot.web.api_requests import PREFIX

WRITTEN: tuple[Outcome, ...] = ("passed", "rewritten", "off")  # the outcomes of a reply that is the model's own
Omitted = Annotated[str | None, Field(exclude_if=lambda value: value is None)]


class Handoff(BaseModel):
    """Where a conversation stands that a person was called to.

    `holder` is the name of the agent who has it, `position` the place in the queue of one that waits, from 1, `since`
    when its visitor began to wait, and `opens_at` when people answer next, where the pack has hours.
    """

    status: Literal["waiting", "held"]
    holder: str | None
    position: int | None
    since: str | None
    opens_at: str | None


OmittedHandoff = Annotated[Handoff | None, Field(exclude_if=lambda value: value is None)]


class Usage(BaseModel):
    """Tokens read and written."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ReplyMessage(BaseModel):
    """A whole reply's words; `handoff` is a field of ours, by which a client learns that a person should take over."""

    role: Literal["assistant"] = "assistant"
    content: str | None = None
    refusal: str | None = None
    handoff: Omitted = None


class Choice(BaseModel):
    """The one choice of a whole reply."""

    index: int = 0
    message: ReplyMessage
    logprobs: None = None
    finish_reason: Reason
    handoff: Omitted = None


class Completion(BaseModel):
    """A whole reply, with fields of ours.

    By its `feedback_token` whoever got the reply may rate it, by `conversation` go on; `handoff` says what became of
    it where a person was called.
    """

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    feedback_token: Omitted = None
    conversation: Omitted = None
    handoff: OmittedHandoff = None


class Delta(BaseModel):
    """What an event of a stream adds."""

    role: Omitted = None
    content: Omitted = None
    refusal: Omitted = None


class ChunkChoice(BaseModel):
    """The one choice of an event."""

    index: int = 0
    delta: Delta
    logprobs: None = None
    finish_reason: Reason | None = None
    handoff: Omitted = None


class Chunk(BaseModel):
    """An event of a stream; the first has `feedback_token` and `conversation`, the last with a choice `handoff`."""

    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: Annotated[Usage | None, Field(exclude_if=lambda value: value is None)] = None
    feedback_token: Omitted = None
    conversation: Omitted = None
    handoff: OmittedHandoff = None


class ModelCard(BaseModel):
    """A name under which the version that answers may be asked."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str


class ModelList(BaseModel):
    """All such names."""

    object: Literal["list"] = "list"
    data: list[ModelCard]


class FeedbackReceipt(BaseModel):
    """What was stored of a client's feedback on the reply `id`."""

    id: str
    object: Literal["feedback"] = "feedback"
    stored: list[str]


def completion(
    update: Update,
    created: int,
    structured: bool,
    token: str | None = None,
    conversation: str | None = None,
    handoff: Handoff | None = None,
) -> Completion:
    """A whole reply."""
    reason = update.trace.handoff or None
    content, refusal = _fields(update, update.text, structured)
    message = ReplyMessage(content=content, refusal=refusal, handoff=reason)
    choice = Choice(message=message, finish_reason=_reason(update), handoff=reason)
    version = update.trace.version
    return Completion(
        id=PREFIX + update.message,
        created=created,
        model=version,
        choices=[choice],
        usage=_usage(update),
        feedback_token=token,
        conversation=conversation,
        handoff=handoff,
    )


def first_chunk(update: Update, created: int, token: str | None = None, conversation: str | None = None) -> Chunk:
    """The event that says who speaks."""
    speaks = _chunk(update, created, [ChunkChoice(delta=Delta(role="assistant", content=""))])
    return speaks.model_copy(update={"feedback_token": token, "conversation": conversation})


def text_chunk(update: Update, created: int, text: str, structured: bool) -> Chunk:
    """An event with a piece of the reply."""
    content, refusal = _fields(update, text, structured)
    return _chunk(update, created, [ChunkChoice(delta=Delta(content=content, refusal=refusal))])


def last_chunk(update: Update, created: int, handoff: Handoff | None = None) -> Chunk:
    """The event that says how the reply ended."""
    choice = ChunkChoice(delta=Delta(), finish_reason=_reason(update), handoff=update.trace.handoff or None)
    return _chunk(update, created, [choice]).model_copy(update={"handoff": handoff})


def usage_chunk(update: Update, created: int) -> Chunk:
    """The event with the tokens, for those who asked for it."""
    return _chunk(update, created, []).model_copy(update={"usage": _usage(update)})


def _chunk(update: Update, created: int, choices: Sequence[ChunkChoice]) -> Chunk:
    return Chunk(id=PREFIX + update.message, created=created, model=update.trace.version, choices=list(choices))


def _usage(update: Update) -> Usage:
    read, written = update.trace.prompt_tokens, update.trace.completion_tokens
    return Usage(prompt_tokens=read, completion_tokens=written, total_tokens=read + written)


def _reason(update: Update) -> Reason:
    """Why the reply ended: `length` at the limit, else `stop`."""
    return "length" if update.trace.finish == "length" else "stop"


def _fields(update: Update, text: str, structured: bool) -> tuple[str | None, str | None]:
    """A text as content and refusal: `refusal` where JSON was asked for and words are the reply."""
    if update.trace.act == "held":
        return "", None
    written = update.trace.check in WRITTEN and (_reason(update) == "length" or _is_json(update.text))
    return (text, None) if written or not structured else (None, text)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
