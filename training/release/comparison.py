"""A version beside another: which replies to the test questions changed, from results that were measured alike."""

from dataclasses import dataclass

from chatbot.knowledge.packs import Pack
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE
from training.evaluation.changes import ORDER, Change, Effect, changed_replies
from training.evaluation.shelf import latest_pair


@dataclass(frozen=True)
class Comparison:
    """The replies that changed from `against` to a version; `compared` is how many both gave, 0 where none is kept."""

    version: str
    against: str
    compared: int
    changes: list[Change]

    @property
    def counts(self) -> dict[Effect, int]:
        """How many changed to what effect."""
        return {effect: sum(change.effect == effect for change in self.changes) for effect in ORDER}


def compare(settings: Settings, store: Store, pack: Pack, version: str, against: str = "") -> Comparison:
    """Compare two versions by name or alias; without `against`, with whatever a version is worth comparing with."""
    ours = store.versions.resolve(version)
    theirs = store.versions.resolve(against) if against else rival(store, ours)
    pair = latest_pair(settings.home, ours, theirs) if ours != theirs else None
    if pair is None:
        return Comparison(ours, theirs, 0, [])
    after, before = pair
    cases = {case.id: case for suite in pack.suites.values() for case in suite}
    both = len({case.id for case in after.cases} & {case.id for case in before.cases})
    return Comparison(ours, theirs, both, changed_replies(after, before, cases))


def rival(store: Store, version: str) -> str:
    """What a version is compared with: the champion; of the champion itself, what it had to beat, else the base."""
    champion = store.versions.resolve("champion")
    if version != champion:
        return champion
    return BASE if version == BASE else store.versions.get(version).gate.get("against", BASE)
