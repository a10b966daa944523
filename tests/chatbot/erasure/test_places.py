"""The table of places: each file of a home has one, and a strange file is named."""

from pathlib import Path

import pytest

from chatbot.erasure import erasing
from chatbot.erasure.erasing import erase, settle
from chatbot.erasure.findings import Findings, Search
from chatbot.erasure.places import PLACES, Place, unclaimed
from chatbot.records import Person
from chatbot.store import Store


def test_a_strange_file_is_named_to_whoever_deletes(home: Path, store: Store, visitor: Person) -> None:
    (home / "notes.txt").write_text("what Jane said")
    assert unclaimed(home) == ["notes.txt"]
    conversation = store.conversations.start(visitor, "lamps").id
    found = erase(home, store, [conversation], visitor.actor)
    assert any(line.startswith("notes.txt") for line in found.kept)


def test_no_two_places_claim_the_same_files() -> None:
    patterns = [pattern for place in PLACES for pattern in place.files]
    assert len(patterns) == len(set(patterns))


def test_every_place_is_in_the_docs() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "privacy.md").read_text(encoding="utf-8")
    rows = "\n".join(line for line in page.splitlines() if line.startswith("| `"))
    assert [pattern for place in PLACES for pattern in place.files if f"`{pattern}`" not in rows] == []


def test_a_place_that_fails_is_left_and_tried_again(
    home: Path, store: Store, visitor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(search: Search) -> Findings:
        raise PermissionError("no room for that")

    conversation = store.conversations.start(visitor, "lamps").id
    with monkeypatch.context() as patch:
        patch.setattr(erasing, "PLACES", (Place(("odd/*",), "odd things", fails),))
        assert erase(home, store, [conversation], visitor.actor).left == ["odd/*: no room for that"]
    assert len(store.erasures.journal()) == 1
    assert settle(home, store).left == [] and store.erasures.journal() == []
