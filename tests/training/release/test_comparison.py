"""What a version is compared with, and that nothing is where nothing was measured."""

from chatbot.knowledge.packs import Pack
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE
from training.release.comparison import Comparison, compare, rival


def test_a_version_is_compared_with_the_champion_and_that_with_what_it_beat(store: Store) -> None:
    first, second = (store.versions.add_version("lamps", BASE, f"{n:08x}", None, None).name for n in range(2))
    assert rival(store, first) == rival(store, BASE) == BASE
    store.versions.point("champion", second, "system")
    assert rival(store, first) == second
    assert rival(store, second) == BASE
    store.versions.set_gate(second, {"decision": "promote", "against": first, "reasons": []})
    assert rival(store, second) == first


def test_what_was_never_measured_has_no_changes(store: Store, settings: Settings, pack: Pack) -> None:
    found = compare(settings, store, pack, "champion")
    assert found == Comparison(BASE, BASE, 0, []) and found.counts == {"worse": 0, "better": 0, "other": 0}
