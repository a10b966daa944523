"""What happens just now, told within this process to whoever listens: open pages, callers of `/v1`, webhooks.

    broker.publish(Happening("message", conversation.id, {"message": message.id, "role": "agent"}))
    with broker.subscribe(lambda happening: happening.conversation == wanted) as subscription:
        happening = await subscription.next(15)

A happening says what changed and who did it, in ids; whoever may read more fetches it. Nothing is kept for those who
come later. There is one server to a home (`server_lock`), so that one process hears all but what command lines do.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Self

HappeningKind = Literal[
    "message",
    "reply",
    "case",
    "queue",
    "note",
    "call",
    "look",
    "typing",
    "presence",
    "status",
    "run",
    "version",
    "pack",
    "setting",
    "lost",
]
Detail = Mapping[str, str | int | bool | None]
MOST_UNREAD = 256


@dataclass(frozen=True)
class Happening:
    """Something that happened, mostly in a conversation.

    `message` {message, role, author}: somebody wrote. `reply` {message, state}: the bot's reply `began` or `ended`.
    `case` {status, was, holder, name}: who has it now. `queue` {position}: the place of one who waits, whenever it is
    another one while their page is open. `note` {}: notes, labels, reason or contact, for the staff alone. `call`
    {person}: one of them is called to it. `look` {}: others of the staff have it on view now. `typing` {who, name}.
    `presence` {who, person, there}: a visitor on the page, or an agent at the inbox. `status` {notice, opens}: what
    keeps the assistant from answering, and when people answer again; empty where nothing does, and while they do.
    `run` {run, status, phase, message, step}: a fine-tune goes on or ends. `version` {}: there is a new version, it is
    known better, or another one answers. `pack` {file, change}: a file of the pack was changed; without a file, what
    was changed answers. `setting` {name}: it has another value. `lost` {}: happenings were missed, so read everything
    anew.
    """

    kind: HappeningKind
    conversation: str = ""
    detail: Detail = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """As it is sent."""
        return {"kind": self.kind, "conversation": self.conversation, "detail": dict(self.detail)}


LOST = Happening("lost")
Listener = Callable[[Happening], None]
Wanted = Callable[[Happening], bool]


class Broker:
    """Tells everybody who listens, in the thread of whoever publishes."""

    def __init__(self) -> None:
        self._listeners: tuple[Listener, ...] = ()

    def publish(self, happening: Happening) -> None:
        """Tell all listeners; none of them may take long."""
        for listener in self._listeners:
            listener(happening)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell this listener from now on; returns what ends it."""
        self._listeners = (*self._listeners, listener)

        def stop() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

        return stop

    def subscribe(self, wanted: Wanted, most_unread: int = MOST_UNREAD) -> "Subscription":
        """What is wanted from now on, to be read in the running event loop."""
        return Subscription(self, wanted, most_unread)


class Subscription:
    """Happenings in their order; a reader who does not keep up is told `lost` in place of those that were missed."""

    def __init__(self, broker: Broker, wanted: Wanted, most_unread: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._unread: asyncio.Queue[Happening] = asyncio.Queue()
        self._wanted = wanted
        self._most = most_unread
        self._stop = broker.listen(self._hear)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    async def next(self, seconds: float) -> Happening | None:
        """The next happening, or None where nothing happens for so long."""
        try:
            return await asyncio.wait_for(self._unread.get(), seconds)
        except TimeoutError:
            return None

    def close(self) -> None:
        """Hear nothing more."""
        self._stop()

    def _hear(self, happening: Happening) -> None:
        if not self._wanted(happening):
            return
        try:
            self._loop.call_soon_threadsafe(self._put, happening)
        except RuntimeError:  # the loop has ended
            self.close()

    def _put(self, happening: Happening) -> None:
        if self._unread.qsize() < self._most:
            self._unread.put_nowait(happening)
            return
        while not self._unread.empty():
            self._unread.get_nowait()
        self._unread.put_nowait(LOST)
