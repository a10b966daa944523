"""Request bodies, read whole within bounds of size and time, so that no client can hold memory or a place; and what
all their objects have in common.
"""

import anyio
from fastapi import Request
from pydantic import BaseModel, model_validator
from starlette.types import Message

LARGEST = 8_000_000  # bytes; a long history with a photograph or two in it fits
SECONDS = 20.0


class Body(BaseModel):
    """A JSON object of a request: `null` is a field that was not sent, and half of a split emoji is a character."""

    @model_validator(mode="before")
    @classmethod
    def _as_sent(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        return {name: whole_text(value) for name, value in given.items() if value is not None}


def whole_text(value: object) -> object:
    """A string in which whatever cannot be encoded is replaced; anything else as it is."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value


class BodyError(Exception):
    """A body that is too large (413) or came too slowly (408); `status` is what to answer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


async def read_whole(request: Request, largest: int | None = None) -> Request:
    """The request with its body read, by default of at most `LARGEST` bytes; raises `BodyError`, and starlette's
    `ClientDisconnect` for a client that left.
    """
    largest = LARGEST if largest is None else largest
    body = bytearray()
    try:
        with anyio.fail_after(SECONDS):
            async for piece in request.stream():
                body += piece
                if len(body) > largest:
                    raise BodyError(413, f"the body is larger than {largest:,} bytes: send fewer or shorter messages")
    except TimeoutError:
        raise BodyError(408, f"the body did not arrive within {SECONDS:.0f} seconds: send it again") from None
    unread: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def receive() -> Message:
        return unread.pop() if unread else await request.receive()

    return Request(request.scope, receive)
