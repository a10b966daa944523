"""What agents do with cases, for the inbox, the API and the command line alike.

    desk.claim(conversation, agent)
    desk.write(conversation, agent, "Hello, I am Anna.")

The store holds who may do what and tells the broker; here is what goes beyond one case: who somebody is, who types, and
who is expected at an inbox.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from chatbot.broker import Happening
from chatbot.desk.elsewhere import Elsewhere
from chatbot.desk.looking import Looking
from chatbot.desk.presence import Presence
from chatbot.desk.queue import Queue
from chatbot.errors import NotFoundError
from chatbot.records import Message, Person
from chatbot.store import Store
from chatbot.store.cases import Case

TYPING_SECONDS = 2.0


class Desk:
    """The acts on cases."""

    def __init__(self, store: Store, presence: Presence) -> None:
        self._store = store
        self.presence = presence
        self.looking = Looking(store.broker)
        self._elsewhere = Elsewhere(store)
        self._queue = Queue(store, presence)
        self._typed: dict[tuple[str, str], float] = {}

    def start(self) -> None:
        """Expect those who held cases before, look for what other processes do, and tell who waits their place."""
        self.presence.start()
        self._elsewhere.start()
        self._queue.start()

    def stop(self) -> None:
        """None of it any more."""
        self._queue.close()
        self._elsewhere.close()
        self.presence.close()

    @contextmanager
    def agent_here(self, person: Person, page: str = "") -> Iterator[None]:
        """An agent is at an inbox for so long, with a page that says what it has on view."""
        with self.presence.agent(person.id), self.looking.page(page, person):
            yield

    def claim(self, conversation_id: str, person: Person, over: bool = False) -> Case:
        """Hold a case; raises `CaseHeldError` where somebody else does, unless it is taken `over`."""
        return self._store.cases.claim(conversation_id, person, over)

    def release(self, conversation_id: str, person: Person, note: str = "") -> Case:
        """Hand a case back to the bot."""
        return self._store.cases.release(conversation_id, person, note)

    def requeue(self, conversation_id: str, person: Person, since: str | None = None) -> Case:
        """Let a case wait for a person again."""
        return self._store.cases.requeue(conversation_id, person, since)

    def transfer(self, conversation_id: str, person: Person, to: str, note: str = "") -> Case:
        """Let somebody else hold a case, by their id or name; where they do not come, it goes back to the queue."""
        other = self.colleague(to)
        case = self._store.cases.transfer(conversation_id, person, other, note)
        self.presence.expect(other.id)
        return case

    def close(self, conversation_id: str, person: Person) -> Case:
        """Be done with a case."""
        return self._store.cases.close(conversation_id, person)

    def reopen(self, conversation_id: str, person: Person) -> Case:
        """Take a case up that was done."""
        return self._store.cases.reopen(conversation_id, person)

    def write(self, conversation_id: str, person: Person, text: str) -> Message:
        """Say something to the visitor."""
        return self._store.cases.write(conversation_id, person, text)

    def colleague(self, named: str) -> Person:
        """The member of the staff with this id or name; raises `NotFoundError`."""
        staff = self._store.people.staff()
        found = next((one for one in staff if named in (one.id, one.name)), None)
        if found is None:
            known = ", ".join(str(one.name) for one in staff) or "none"
            raise NotFoundError(f"nobody of the staff is called {named!r}: known names are {known}")
        return found

    def agent_types(self, conversation_id: str, person: Person) -> None:
        """Tell the visitor, and colleagues, that an agent is typing; only of those who hold the case or may take it."""
        if self._store.cases.get(conversation_id).holder in (None, person.id):
            self._tell_typing(conversation_id, person.id, {"who": "agent", "person": person.id, "name": person.name})

    def visitor_types(self, conversation_id: str) -> None:
        """Tell the staff that the visitor is typing."""
        self._tell_typing(conversation_id, "", {"who": "visitor"})

    def _tell_typing(self, conversation_id: str, who: str, detail: dict[str, str | None]) -> None:
        moment, key = time.monotonic(), (conversation_id, who)
        if moment - self._typed.get(key, 0) < TYPING_SECONDS:
            return
        self._typed = {known: at for known, at in self._typed.items() if moment - at < TYPING_SECONDS} | {key: moment}
        self._store.broker.publish(Happening("typing", conversation_id, {**detail}))
