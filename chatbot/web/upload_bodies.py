"""Bodies that are files: read onto the disk piece by piece, refused while they are read where they grow too large.

Nobody holds memory by sending: of a file, one piece at a time is in it. Few are read at once, and two of one person.
"""

import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO

import anyio
from fastapi import HTTPException, Request

from chatbot.errors import BusyError

SECONDS = 120.0
MOST_AT_ONCE = 16
MOST_OF_ONE = 2


class UploadPlaces:
    """The places for files that are being read."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    @asynccontextmanager
    async def place(self, person: str) -> AsyncIterator[None]:
        """A place while a file is read; raises `BusyError` where none is free."""
        if self._taken[person] >= MOST_OF_ONE or self._taken.total() >= MOST_AT_ONCE:
            raise BusyError("other files are being sent at the moment: try again in some seconds", retry_after=5)
        self._taken[person] += 1
        try:
            yield
        finally:
            self._taken[person] -= 1
            self._taken += Counter()  # without those who have none


@asynccontextmanager
async def spooled(request: Request, largest: int, too_large: str) -> AsyncIterator[IO[bytes]]:
    """The body in a file without a name, which is gone afterwards whatever happens; answers 413 or 408 itself."""
    if int(request.headers.get("content-length") or 0) > largest:
        raise HTTPException(413, too_large)
    with tempfile.TemporaryFile() as file:
        try:
            with anyio.fail_after(SECONDS):
                size = 0
                async for piece in request.stream():
                    size += len(piece)
                    if size > largest:
                        raise HTTPException(413, too_large)
                    file.write(piece)
        except TimeoutError:
            raise HTTPException(408, f"the file did not arrive within {SECONDS:.0f} seconds: send it again") from None
        file.seek(0)
        yield file
