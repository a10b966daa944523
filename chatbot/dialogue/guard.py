"""What is checked before a message reaches the model: that there is one, of a sane length, of readable characters."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import islice

from chatbot.errors import InputError
from chatbot.knowledge.articles.visible import visible
from chatbot.records import ChatMessage

MARKS = re.compile(  # of the templates that chat models know: angle and square brackets around a role or a limit
    r"<(?=[|｜<]|/?(?:s|bos|eos|system|user|assistant|tool|facts?|think|(?:start|end)_of_\w+|tool_\w+)\s*>)"
    r"|(?<=[|｜])>|\[(?=/?(?:INST|SYS|[A-Z]+(?:_[A-Z]+)+)\])"
)


def clean_message(text: str, longest: int) -> str:
    """The message without control characters and blanks around it; raises `InputError` if it cannot be answered."""
    if len(text) > longest:
        raise InputError(f"your message has {len(text):,} characters: {longest:,} fit, please shorten it")
    kept = _readable(text)
    if _blank(kept):
        raise InputError("your message is empty: type a question first")
    return kept


def clean_history(messages: Sequence[ChatMessage], longest: int, most: int) -> list[ChatMessage]:
    """The latest `most` of a client's earlier messages, each cut to `longest` characters, without the empty ones."""
    cleaned = (ChatMessage(role=m["role"], content=_readable(m["content"][:longest])) for m in reversed(messages))
    kept = islice((message for message in cleaned if not _blank(message["content"])), most)
    return list(kept)[::-1]


def _readable(text: str) -> str:
    return unicodedata.normalize("NFC", visible(text).strip())


def _blank(text: str) -> bool:
    return all(unicodedata.category(c)[0] in "CMZ" for c in text)


def defuse_markup(text: str) -> str:
    """The text with chat-template marks broken up, so that it cannot pose as another speaker."""
    return MARKS.sub(lambda found: " >" if found.group() == ">" else f"{found.group()} ", text)
