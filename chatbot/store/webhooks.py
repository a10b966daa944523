"""What is to be told to a webhook: an outbox, written with what it tells of, which survives a restart.

It holds ids and no words; what is told is read when it is sent, so that nothing of a deleted conversation is.
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Delivery:
    """Something to tell: `case.waiting`, `case.held`, `case.open`, `case.done` or `case.message`, of a conversation.

    Its id stays the same however often it is tried.
    """

    id: str
    url: str
    conversation: str
    kind: str
    message: str | None
    at: str
    tries: int


class Webhooks(Protocol):
    """The outbox."""

    def tell(self, url: str) -> None:
        """Whom to tell from now on, and nobody else any more; nobody where it is empty."""
        ...

    def due(self, limit: int) -> list[Delivery]:
        """What is to be sent by now, the oldest first."""
        ...

    def next_at(self) -> str | None:
        """When the next one is due."""
        ...

    def delivered(self, delivery: Delivery) -> None:
        """It was received."""
        ...

    def postpone(self, delivery: Delivery, next_at: str) -> None:
        """It was not received: try again then."""
        ...

    def give_up(self, delivery: Delivery) -> None:
        """It was not received, and is not tried again; the audit log says so."""
        ...
