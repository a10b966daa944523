"""Request bodies: read whole, within bounds; `null` is unset, and half of an emoji is a character."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import Request
from starlette.requests import ClientDisconnect

from chatbot.web import bodies
from chatbot.web.bodies import Body, BodyError, read_whole, whole_text

Result = TypeVar("Result")


class Sent(Body):
    name: str = "unset"
    count: int = 0


def request(*pieces: bytes, leaves: bool = False, waits: float = 0.0) -> Request:
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages.append({"type": "http.disconnect"} if leaves else {"type": "http.request", "body": b""})

    async def receive() -> dict[str, object]:
        await asyncio.sleep(waits)
        return messages.pop(0)

    return Request({"type": "http", "method": "POST", "path": "/", "headers": []}, receive)


def outside_any_loop(begin: Callable[[], Awaitable[Result]]) -> Result:
    """Run in a thread of its own: a browser test leaves a loop in this one."""
    with start_blocking_portal() as portal:
        return portal.call(begin)


def test_null_is_a_field_that_was_not_sent() -> None:
    assert Sent.model_validate({"name": None, "count": 2}) == Sent(count=2)


def test_half_of_an_emoji_is_a_character() -> None:
    assert whole_text("a\ud83d") == "a�" and whole_text(3) == 3
    assert Sent.model_validate({"name": "\ude00!"}).name == "�!"


def test_a_body_is_read_to_its_end_and_can_be_read_again() -> None:
    async def read() -> bytes:
        return await (await read_whole(request(b'{"a"', b": 1}"))).body()

    assert outside_any_loop(read) == b'{"a": 1}'


@pytest.mark.parametrize(
    ("name", "bound", "waits", "status"),
    [("LARGEST", 3, 0.0, 413), ("SECONDS", 0.02, 0.1, 408)],
)
def test_what_is_too_large_or_too_slow_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, bound: float, waits: float, status: int
) -> None:
    monkeypatch.setattr(bodies, name, bound)
    with pytest.raises(BodyError) as caught:
        outside_any_loop(lambda: read_whole(request(b"too long", waits=waits)))
    assert caught.value.status == status


def test_a_client_that_left_sends_no_body() -> None:
    with pytest.raises(ClientDisconnect):
        outside_any_loop(lambda: read_whole(request(b"half", leaves=True)))
