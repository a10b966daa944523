"""Open tabs, and the reply that each of them waits for.

A reply is written in a thread of its own, so that it reaches its end and is stored even when the page that asked for
it is gone. The page follows it at its own pace; stopping it frees the engine's place whoever is still looking.
"""

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from chatbot.dialogue.running import RunningReply, Update
from chatbot.dialogue.session import Session
from chatbot.errors import BusyError
from chatbot.web.chat_view import ChatView

PACE_SECONDS = 0.04
MOST_TABS = 10_000
TWICE_SECONDS = 3.0  # two clicks arrive as far apart as they were made, and a little for the network
Start = Callable[[], tuple[RunningReply, ChatView]]


class FollowedReply:
    """A reply on its way; `renewed` once something else of its conversation changed than the reply."""

    def __init__(self, reply: RunningReply) -> None:
        self.conversation = reply.conversation
        self.renewed = False
        self._reply = reply
        self._changed = threading.Condition()
        self._latest: Update | None = None
        self.done = False
        self._error: Exception | None = None
        self.left = False

    def write(self) -> None:
        """Take the reply to its end; errors are kept for whoever follows."""
        try:
            for update in self._reply:
                self._note(update)
        except Exception as error:
            self._error = error
        finally:
            with self._changed:
                self.done = True
                self._changed.notify_all()

    def _note(self, update: Update) -> None:
        with self._changed:
            self._latest = update
            self._changed.notify_all()

    def stop(self) -> None:
        """Stop the engine now, or as soon as it has begun."""
        self._reply.stop()

    def follow(self) -> Iterator[Update]:
        """Yield the newest state whenever there is one, until the reply ends; raises what ended it."""
        seen: Update | None = None
        while True:
            with self._changed:
                while not self.done and self._latest is seen:
                    self._changed.wait()
                seen, done = self._latest, self.done
            if done:
                break
            if seen:
                yield seen
            time.sleep(PACE_SECONDS)
        if self._error:
            raise self._error


@dataclass
class Tab:
    """One browser tab: its turns, and marks of what it shows; `shown` is None until anything was."""

    turns: list[FollowedReply] = field(default_factory=list)
    conversation: str | None = None
    shown: str | None = None
    starting: bool = False

    @property
    def busy(self) -> bool:
        """Whether a reply is being written for the conversation on view."""
        return self.starting or any(not turn.left and not turn.done for turn in self.turns)

    def shows(self, conversation_id: str | None) -> bool:
        """Whether this conversation is on view; a question about another one was sent before the visitor moved on."""
        return self.shown is None or self.conversation == conversation_id

    def renew(self) -> None:
        """Let replies be shown with what changed around them."""
        for turn in self.turns:
            turn.renewed = True

    def leave(self) -> None:
        """Look at something else; the reply on its way is finished unseen."""
        for turn in self.turns:
            turn.left = True


class Tabs:
    """The open tabs by session hash."""

    def __init__(self, session: Session) -> None:
        self._tabs: dict[str, Tab] = {}
        places = session.settings.max_concurrent + session.settings.max_waiting
        self._lock = threading.Lock()
        self._begun: dict[Hashable, float] = {}
        self._pool = ThreadPoolExecutor(places, thread_name_prefix="reply")

    def tab(self, key: str | None) -> Tab:
        """The tab with this key; the longest known idle one makes room for a new one."""
        while len(self._tabs) > MOST_TABS and (
            idle := next((k for k, tab in self._tabs.items() if not tab.busy), None)
        ):
            self._tabs.pop(idle, None)
        return self._tabs.setdefault(key or "", Tab())

    def begin(self, tab: Tab, wish: Hashable, start: Start) -> tuple[FollowedReply, ChatView] | None:
        """Start writing a reply for a tab; None where the same wish was begun just before, as by a double click.

        Raises `BusyError` while the tab waits for a reply, and what `start` raises, after which the wish is free again.
        """
        with self._lock:
            moment = time.monotonic()
            self._begun = {known: at for known, at in self._begun.items() if moment - at < TWICE_SECONDS}
            if wish in self._begun:
                return None
            self.check_free(tab)
            self._begun[wish], tab.starting = moment, True
        try:
            reply, opening = start()
            turn = FollowedReply(reply)
            tab.turns = [known for known in tab.turns if not known.done] + [turn]
        except BaseException:
            self._begun.pop(wish, None)
            raise
        finally:
            tab.starting = False
        self._pool.submit(turn.write)
        return turn, opening

    def check_free(self, tab: Tab) -> None:
        """Raise `BusyError` while the tab waits for a reply."""
        if tab.busy:
            raise BusyError("one reply at a time: wait for it to end, or stop it")

    def stop(self, key: str | None) -> None:
        """Stop what is being written for the conversation on view."""
        for turn in self.tab(key).turns:
            if not turn.left:
                turn.stop()

    def close(self, key: str | None) -> None:
        """Forget a tab that was closed, and stop all that is being written for it."""
        tab = self._tabs.pop(key or "", None)
        for turn in tab.turns if tab else []:
            turn.stop()
