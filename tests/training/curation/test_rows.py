"""The lines of a snapshot's files have the fields that their types say."""

from chatbot.knowledge.knowledge import Knowledge
from chatbot.knowledge.packs import Pack
from chatbot.settings import Settings
from chatbot.store import Store
from tests.training.curation.test_sources import consenting, replied
from training.curation.rows import LearnedRow, PreferenceRow, VerdictRow
from training.curation.snapshots import curate, freeze


def test_every_line_has_the_fields_of_its_file(
    pack: Pack, store: Store, knowledge: Knowledge, settings: Settings
) -> None:
    visitor, agent = consenting(store), store.people.add_staff("ann", "agent", "a long password")
    reply = replied(store, visitor)
    store.feedback.rate(reply, visitor, "dislike", ["Wrong"])
    store.feedback.correct(reply, agent, "Yes, we sell red lamps.")
    snapshot = freeze(curate(pack, store), pack, knowledge, settings, store, "operator:o")
    kinds = {"train": LearnedRow, "preferences": PreferenceRow, "unpaired": VerdictRow}
    for name, kind in kinds.items():
        assert {frozenset(row) for row in snapshot.rows(name)} == {frozenset(kind.__annotations__)}
