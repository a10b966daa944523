"""The rows of a snapshot's files, in TRL's shapes, as they lie there: one JSON object a line."""

from typing import TypedDict

from chatbot.records import ChatMessage
from training.origins import OriginName


class Row(TypedDict, total=False):
    """A row: `messages` to imitate; a `prompt` with `chosen` and `rejected`; or one with `completion` and `label`.

    `asked`, `origin`, `intent` and `group` (the conversation) say what a row to imitate was made from; by the names in
    `id` and `group` a row is found when a conversation is deleted.
    """

    id: str
    messages: list[ChatMessage]
    asked: str
    origin: OriginName
    intent: str
    group: str
    prompt: list[ChatMessage]
    chosen: list[ChatMessage]
    rejected: list[ChatMessage]
    completion: list[ChatMessage]
    label: bool
    reasons: list[str]
