"""What an agent sees at a glance of a conversation that was handed over: what was asked, what was tried and found.

Made from what was stored with each reply; no model writes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.knowledge.articles.sentences import split_sentences
from chatbot.records import Message

LONGEST_LINE = 240


@dataclass(frozen=True)
class Attempt:
    """A reply of the bot: how it begins, what it did, by which rule, and whether people were offered or called."""

    message: str
    begins: str
    act: str
    rule: str
    handoff: str


@dataclass(frozen=True)
class Summary:
    """The visitor's questions, the bot's attempts, and the titles of what was found, those first that were used."""

    asked: list[str]
    tried: list[Attempt]
    found: list[str]


def summary_of(branch: Sequence[Message]) -> Summary:
    """The summary of a branch."""
    asked = [_line(message.content) for message in branch if message.role == "user" and message.content]
    replies = [message for message in branch if message.role == "assistant" and message.content]
    return Summary(asked, [_attempt(reply) for reply in replies], _found(replies))


def _attempt(reply: Message) -> Attempt:
    begins, trace = _line(next(iter(split_sentences(reply.content)), "")), reply.trace
    if trace is None:
        return Attempt(reply.id, begins, "", "", "")
    return Attempt(reply.id, begins, trace.act, trace.rule or "", trace.handoff or "")


def _found(replies: Sequence[Message]) -> list[str]:
    passages = [passage for reply in replies if reply.trace for passage in reply.trace.passages]
    ordered = sorted(passages, key=lambda passage: not passage.get("used", False))
    return list(dict.fromkeys(passage["title"] for passage in ordered if passage["title"]))


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…"
