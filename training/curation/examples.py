"""What is collected: rows to learn, and verdicts on replies."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from chatbot.records import ChatMessage, Role
from training.origins import OriginName


@dataclass(frozen=True)
class Example:
    """Something to learn: `messages` alternate and end with the reply to imitate; a split keeps each `group` whole.

    `meant` is the question worded to stand alone, where the pack says so.
    """

    id: str
    messages: list[ChatMessage]
    origin: OriginName
    group: str
    intent: str = ""
    message: str | None = None
    person: str | None = None
    role: Role | Literal["pack"] = "pack"
    rejected: str | None = None
    meant: str = ""

    @property
    def question(self) -> str:
        """What was asked last."""
        return self.messages[-2]["content"]

    @property
    def asked(self) -> str:
        """What was asked last, with the user's message before it, as `known_questions` words it."""
        said = [message["content"] for message in self.messages if message["role"] == "user"]
        return "\n".join(said[-2:])

    @property
    def reply(self) -> str:
        """What should be answered."""
        return self.messages[-1]["content"]


@dataclass(frozen=True)
class RatedReply:
    """A like or a dislike of one reply, for objectives on unpaired feedback."""

    messages: list[ChatMessage]
    label: bool
    message: str
    person: str
    conversation: str
    reasons: list[str] = field(default_factory=list)


@dataclass
class Collected:
    """Everything found, and what was left out for want of consent."""

    examples: list[Example] = field(default_factory=list)
    verdicts: list[RatedReply] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
