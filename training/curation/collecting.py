"""What could be learned from, gathered from every source. Nothing is judged here."""

from collections.abc import Callable

from chatbot.knowledge.packs import Pack
from chatbot.store import Store
from training.curation.examples import Collected
from training.curation.sources.answers import add_answers
from training.curation.sources.feedback import add_feedback
from training.curation.sources.pack import add_pack

Source = Callable[[Pack, Store, Collected], None]
SOURCES: tuple[Source, ...] = (add_pack, add_feedback, add_answers)
"""In this order, since a source may leave out what one before it has found."""


def collect(pack: Pack, store: Store) -> Collected:
    """The pack's rows, and what people and the staff made of replies of this pack."""
    collected = Collected()
    for add in SOURCES:
        add(pack, store, collected)
    return collected
