"""Rows of a deleted conversation leave a snapshot, whatever the row is known by."""

import json
from pathlib import Path

import pytest

from chatbot.erasure.findings import Search
from chatbot.erasure.training_rows import erase_rows, holding
from chatbot.lineage import SnapshotCounts
from chatbot.snapshot_folder import digest_of, files_in
from chatbot.store import Store
from chatbot.store.erasures import Traces

TRACES = Traces(["c1"], ["f1"], ["a1"])
ROWS: dict[str, list[dict[str, object]]] = {
    "train": [{"id": "like-x", "group": "c1"}, {"id": "answer-a1", "group": "answer-a1"}, {"id": "pair-1"}],
    "preferences": [{"id": "correction-f1"}, {"id": "correction-f2"}],
    "unpaired": [{"group": "c1", "label": True}, {"group": "c2", "label": True}],
}


def write(folder: Path, rows: dict[str, list[dict[str, object]]]) -> None:
    folder.mkdir(parents=True)
    for name, lines in rows.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.fixture
def frozen(home: Path, store: Store) -> Path:
    folder = home / "snapshots" / "1"
    write(folder, ROWS)
    counts = SnapshotCounts(train=3, preferences=2, unpaired=2, digest=digest_of(files_in(folder), "lamps"))
    store.versions.add_snapshot("lamps", folder, counts, "system", 1)
    return folder


def test_rows_go_by_their_conversation_their_feedback_and_their_answer(home: Path, store: Store, frozen: Path) -> None:
    assert holding(home, TRACES) == {1}
    found = erase_rows(Search(home, store, TRACES))
    assert found.removed == ["4 rows of training data in snapshots/1"]
    left = {name: list(rows) for name, rows in files_in(frozen).items()}
    assert left == {
        "train": [{"id": "pair-1"}],
        "preferences": [{"id": "correction-f2"}],
        "unpaired": [{"group": "c2", "label": True}],
    }
    counts = store.versions.snapshots()[0].counts
    assert (counts.train, counts.preferences, counts.unpaired) == (1, 1, 1)
    assert counts.digest == digest_of(left, "lamps")
    assert holding(home, TRACES) == set()


def test_what_was_killed_on_its_way_comes_to_the_same(home: Path, store: Store, frozen: Path) -> None:
    content = (frozen / "train.jsonl").read_text()
    erase_rows(Search(home, store, TRACES))
    counts = store.versions.snapshots()[0].counts
    (frozen / "train.jsonl").write_text(content)
    erase_rows(Search(home, store, TRACES))
    assert store.versions.snapshots()[0].counts == counts
    assert counts.digest == digest_of(files_in(frozen), "lamps")


def test_a_look_changes_nothing(home: Path, store: Store, frozen: Path) -> None:
    content = {file.name: file.read_bytes() for file in frozen.iterdir()}
    assert erase_rows(Search(home, store, TRACES, look_only=True)).removed
    assert {file.name: file.read_bytes() for file in frozen.iterdir()} == content


def test_ratings_frozen_before_rows_had_names_go_where_any_of_them_may_be_meant(home: Path, store: Store) -> None:
    folder = home / "snapshots" / "1"
    write(folder, {"unpaired": [{"label": True}, {"label": False}]})
    store.versions.add_snapshot("lamps", folder, SnapshotCounts(unpaired=2), "system", 1)
    assert erase_rows(Search(home, store, Traces(["c1"]))).removed == []
    assert erase_rows(Search(home, store, TRACES)).removed == ["2 rows of training data in snapshots/1"]


def test_a_snapshot_that_was_never_finished_goes_whole(home: Path, store: Store) -> None:
    write(home / "snapshots" / "1.partial", ROWS)
    erase_rows(Search(home, store, Traces(["c2"])))
    assert list((home / "snapshots").iterdir()) == []
