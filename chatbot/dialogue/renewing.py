"""A changed pack takes the place of the one that answers, while people ask.

    renewal = Renewal(session)
    renewal.now()

What is looked up is made beside what answers and put in its place in one assignment: first what is found, in a second
or so, then how messages are routed, which is learned anew meanwhile. Replies under way end with what they began with.
What other processes save is heard of by the broker.
"""

import logging
import threading
from dataclasses import replace
from pathlib import Path

from chatbot.broker import Happening
from chatbot.dialogue.opening import INDEX
from chatbot.dialogue.session import Session
from chatbot.errors import UserError
from chatbot.knowledge.knowledge import Knowledge, index_pack, renewed
from chatbot.knowledge.packs import Pack, load_pack

logger = logging.getLogger(__name__)

Stamp = frozenset[tuple[str, int, int]]


class Renewal:
    """Takes the session's pack anew whenever it was changed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._taking = threading.Lock()
        self._seen = _stamp(session.settings.pack_folder)
        self._wanted = session.pack
        self._routing: threading.Thread | None = None
        self.fault = ""
        session.store.broker.listen(self._hear)

    def now(self) -> None:
        """Answer from the pack as it is on disk; a second or two where it was changed, nothing otherwise."""
        with self._taking:
            folder = self._session.settings.pack_folder
            stamp = _stamp(folder)
            if stamp == self._seen:
                return
            self._wanted = pack = load_pack(folder)
            if self._session.live.ready:
                self._session.live.renew(lambda held: self._found_anew(pack, held))
            self._session.current.replace(pack)
            self._seen, self.fault = stamp, ""
            self._session.store.broker.publish(Happening("pack", "", {"file": "", "change": None}))
            self._routing = threading.Thread(target=self._route_anew, args=(pack,), name="renewal", daemon=True)
            self._routing.start()

    def finish(self) -> None:
        """Wait until messages are routed by the pack that was taken last."""
        if self._routing:
            self._routing.join()

    def _found_anew(self, pack: Pack, held: Knowledge) -> Knowledge:
        index = index_pack(pack, held.index.embedder)
        index.set_answers(self._session.store.feedback.answers())
        return replace(held, index=index)

    def _route_anew(self, pack: Pack) -> None:
        session = self._session

        def make(held: Knowledge) -> Knowledge:
            if self._wanted is not pack:
                return held
            knowledge = renewed(pack, held, session.settings.home / INDEX)
            knowledge.set_answers(session.store.feedback.answers())
            return knowledge if self._wanted is pack else held

        try:
            session.live.renew(make)
        except Exception as error:
            self.fault = f"messages are still routed by the pack as it was before: {error}"
            logger.exception("the rules of the changed pack were not learned")
        finally:
            session.store.close()

    def _hear(self, happening: Happening) -> None:
        if happening.kind == "pack" and happening.detail["file"]:
            threading.Thread(target=self._try, name="renewal", daemon=True).start()

    def _try(self) -> None:
        try:
            self.now()
        except UserError as error:
            self.fault = f"the pack as it was before answers: {error}"
            logger.error(self.fault)


def _stamp(folder: Path) -> Stamp:
    """What changes with any file of a pack."""
    found = [(path, path.stat()) for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    return frozenset((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in found)
