"""Bodies that are files: read piece by piece, refused while they are read, few at a time."""

import tracemalloc
from collections.abc import AsyncIterator

import pytest
from fastapi import HTTPException, Request
from starlette.types import Message

from chatbot.errors import BusyError
from chatbot.web import upload_bodies
from chatbot.web.upload_bodies import MOST_AT_ONCE, MOST_OF_ONE, UploadPlaces, spooled
from tests.loops import run

MEGABYTE = 1_000_000


def request(pieces: AsyncIterator[bytes], length: int | None = None) -> Request:
    headers = [(b"content-length", str(length).encode())] if length is not None else []

    async def receive() -> Message:
        piece = await anext(pieces, None)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    return Request({"type": "http", "method": "POST", "path": "/uploads", "headers": headers}, receive)


class Sender:
    """Sends megabytes and counts them."""

    def __init__(self, megabytes: int) -> None:
        self.megabytes = megabytes
        self.sent = 0

    async def pieces(self) -> AsyncIterator[bytes]:
        for _ in range(self.megabytes):
            self.sent += 1
            yield bytes(MEGABYTE)


async def size_of(given: Request) -> int:
    async with spooled(given, 10 * MEGABYTE, "too large") as file:
        return len(file.read())


def test_fifty_megabytes_are_refused_while_they_are_read_and_fill_no_memory() -> None:
    sender = Sender(50)
    tracemalloc.start()
    with pytest.raises(HTTPException) as refused:
        run(size_of(request(sender.pieces())))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused.value.status_code == 413 and sender.sent == 11 and peak < 5 * MEGABYTE


def test_what_says_that_it_is_too_large_is_not_read_at_all() -> None:
    sender = Sender(50)
    with pytest.raises(HTTPException, match="too large"):
        run(size_of(request(sender.pieces(), 50 * MEGABYTE)))
    assert sender.sent == 0
    assert run(size_of(request(Sender(10).pieces(), 10 * MEGABYTE))) == 10 * MEGABYTE


def test_what_comes_too_slowly_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    import anyio

    async def slowly() -> AsyncIterator[bytes]:
        yield b"x"
        await anyio.sleep(5)

    monkeypatch.setattr(upload_bodies, "SECONDS", 0.05)
    with pytest.raises(HTTPException) as refused:
        run(size_of(request(slowly())))
    assert refused.value.status_code == 408


async def entered(places: UploadPlaces, *people: str) -> None:
    """Take a place for each, within one another."""
    if people:
        async with places.place(people[0]):
            await entered(places, *people[1:])


def test_few_files_are_read_at_once_and_two_of_one_person() -> None:
    places = UploadPlaces()
    for _ in range(2):
        with pytest.raises(BusyError):
            run(entered(places, *["one"] * (MOST_OF_ONE + 1)))
        with pytest.raises(BusyError):
            run(entered(places, *map(str, range(MOST_AT_ONCE + 1))))
        run(entered(places, *map(str, range(MOST_AT_ONCE))))
