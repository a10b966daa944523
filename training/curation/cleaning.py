"""Rows made fit to learn from: personal data redacted, what is too short, too long or empty dropped with its reason."""

import re
from collections import Counter
from dataclasses import replace

from chatbot.knowledge.persona import Persona
from chatbot.privacy import redact
from chatbot.records import ChatMessage
from training.curation.examples import Example

SHORTEST_REPLY = 2
LONGEST_REPLY = 300


def clean(examples: list[Example], persona: Persona, dropped: Counter[str], redacted: Counter[str]) -> list[Example]:
    """The usable rows; rows of the pack itself are curated already and only checked for length."""
    public = [persona.contact.email, persona.contact.phone]
    kept = []
    for example in examples:
        reason = _unusable(example)
        if reason:
            dropped[reason] += 1
        else:
            kept.append(example if example.role == "pack" else _redacted(example, public, redacted))
    return kept


def redact_messages(messages: list[ChatMessage], public: list[str], redacted: Counter[str]) -> list[ChatMessage]:
    """The messages without personal data; what was found is counted by kind."""
    clean_messages: list[ChatMessage] = []
    for message in messages:
        text, found = redact(message["content"], public)
        redacted.update(found)
        clean_messages.append({"role": message["role"], "content": text})
    return clean_messages


def _redacted(example: Example, public: list[str], redacted: Counter[str]) -> Example:
    messages = redact_messages(example.messages, public, redacted)
    rejected = redact(example.rejected, public)[0] if example.rejected else None
    return replace(example, messages=messages, rejected=rejected)


def _unusable(example: Example) -> str | None:
    words = len(example.reply.split())
    if not re.search(r"\w", example.question):
        return "no question"
    if words < SHORTEST_REPLY:
        return f"reply under {SHORTEST_REPLY} words"
    if words > LONGEST_REPLY:
        return f"reply over {LONGEST_REPLY} words"
    return None
