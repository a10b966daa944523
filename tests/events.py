"""What the audit log says, for tests."""

from collections.abc import Collection

from chatbot.store import Store
from chatbot.store.events import Event


def latest(store: Store, kinds: Collection[str], most: int) -> list[Event]:
    """The latest events of some kinds, the newest first."""
    events = [entry.event for entry in store.events.entries() if entry.event.kind in kinds]
    return events[::-1][:most]
