"""What stands in a snapshot's files, a JSON object a line; prompts and messages have TRL's shapes."""

from typing import Any, NotRequired, TypedDict

from chatbot.records import ChatMessage
from training.origins import OriginName

Row = dict[str, Any]
"""A line of any of the files, as it is read."""


class LearnedRow(TypedDict):
    """A line of `train.jsonl` and `validation.jsonl`; `asked` is the question without what was looked up for it."""

    id: str
    asked: str
    origin: OriginName
    intent: str
    group: str
    messages: list[ChatMessage]


class ReadingRow(TypedDict):
    """A line of `reading.jsonl`."""

    id: str
    intent: str
    messages: list[ChatMessage]


class PreferenceRow(TypedDict):
    """A line of `preferences.jsonl`."""

    id: str
    prompt: list[ChatMessage]
    chosen: list[ChatMessage]
    rejected: list[ChatMessage]


class VerdictRow(TypedDict):
    """A line of `unpaired.jsonl`."""

    prompt: list[ChatMessage]
    completion: list[ChatMessage]
    label: bool
    reasons: list[str]


class ToldRow(TypedDict):
    """A line of `data/reading`: a question with facts, and which of them its answer rests on."""

    facts: list[str]
    question: str
    answer: str
    before: NotRequired[list[str]]
    meant: NotRequired[str]
    rests_on: NotRequired[list[int]]
