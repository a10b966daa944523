"""What a running server does of itself: goes on with open deletions, and deletes what is older than it may be kept."""

import logging
import threading
from datetime import UTC, datetime, timedelta

from chatbot.erasure.erasing import erase, settle
from chatbot.erasure.findings import Findings
from chatbot.settings import Settings
from chatbot.store import Store

logger = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
UNSENT = timedelta(hours=1)
ACTOR = "system"


def expired(settings: Settings, store: Store) -> list[str]:
    """The conversations that were kept for the setting `retention_days` since something was said in them."""
    oldest = oldest_kept(settings)
    return store.erasures.untouched_since(oldest) if oldest else []


def oldest_kept(settings: Settings) -> str | None:
    """The moment before which nothing is kept; None where everything is."""
    if settings.retention_days is None:
        return None
    return (datetime.now(UTC) - timedelta(days=settings.retention_days)).isoformat(timespec="microseconds")


def retain(settings: Settings, store: Store) -> Findings:
    """Go on with open deletions, and delete what has expired: chats, and files that were attached and never sent."""
    store.uploads.forget_unsent((datetime.now(UTC) - UNSENT).isoformat(timespec="microseconds"))
    found = settle(settings.home, store)
    gone, oldest = expired(settings, store), oldest_kept(settings)
    forgotten = store.memories.forget_older(oldest) if oldest else 0
    return found + erase(settings.home, store, gone, ACTOR) if gone or forgotten else found


class Keeper:
    """Does so at once and then every minute, in a thread of its own, until it is closed."""

    def __init__(self, settings: Settings, store: Store, every: float = EVERY_SECONDS) -> None:
        self._settings = settings
        self._store = store
        self._every = every
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End, after what is being deleted."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join()

    def _keep(self) -> None:
        told: list[str] = []
        while True:
            try:
                left = retain(self._settings, self._store).left
                if left and left != told:
                    logger.warning("deletions are open: %s", "; ".join(left))
                told = left
            except Exception:
                logger.exception("deleting failed; trying again")
            if self._closed.wait(self._every):
                break
        self._store.close()
