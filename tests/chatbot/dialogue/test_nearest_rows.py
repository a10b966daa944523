"""Rows planted in a snapshot are found by the replies of the version that learned from it."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from chatbot.dialogue.nearest_rows import SHOWN, NearestRows, nearest
from chatbot.dialogue.taught_rows import TaughtRow
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder, Vectors
from chatbot.lineage import SnapshotCounts
from chatbot.store import Store
from tests.chatbot.dialogue.test_taught_rows import said, write_snapshot

PLANTED = ("How do I clean a brass lamp?", "Rub the brass with lemon and salt, then dry it.")


class CountingEmbedder(HashedEmbedder):
    """Counts the texts that it reads."""

    read = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.read += len(texts)
        return super().encode(texts)


def row(name: str, question: str, reply: str) -> dict[str, object]:
    asked = {"role": "user", "content": question}
    return {"id": name, "asked": question, "origin": "pair", "group": name, "messages": [asked, *said(reply)]}


@pytest.fixture
def folder(home: Path) -> Path:
    return home / "snapshots" / "1"


@pytest.fixture
def version(store: Store, folder: Path) -> str:
    """A version that learned one planted row among two hundred others."""
    others = [row(f"pair-{n}", f"What does parcel number {n} cost?", f"Parcel {n} costs £{n}.") for n in range(200)]
    write_snapshot(folder, train=[*others, row("planted", *PLANTED)])
    store.versions.add_snapshot("lamps", folder, SnapshotCounts(train=201), "system", 1)
    return store.versions.add_version("lamps", "base", "ab12cd34", None, 1).name


def test_the_planted_row_is_the_nearest_and_the_snapshot_is_read_once(store: Store, version: str) -> None:
    rows, embedder = NearestRows(store), CountingEmbedder()
    found = rows.of(version, "how can I clean my brass lamp", "Rub it with lemon and salt.", embedder)
    assert (found.snapshot, found.many, found.none, len(found.rows)) == (1, 201, "", SHOWN)
    first, second = found.rows[:2]
    assert (first.row.id, first.row.question, first.row.reply) == ("planted", *PLANTED)
    assert first.score > 0.5 > second.score
    assert first.score == pytest.approx((first.question_score + first.reply_score) / 2, abs=1e-3)
    read = embedder.read
    rows.of(version, "price of parcel 7?", "Parcel 7 costs £7.", embedder)
    assert embedder.read - read < 100


def test_a_row_that_was_taken_out_is_not_shown_any_more(store: Store, version: str, folder: Path) -> None:
    rows, embedder = NearestRows(store), HashedEmbedder()
    assert rows.of(version, *PLANTED, embedder).rows[0].row.id == "planted"
    write_snapshot(folder, train=[row("pair-1", "What does it cost?", "£1.")])
    assert [one.row.id for one in rows.of(version, *PLANTED, embedder).rows] == ["pair-1"]
    write_snapshot(folder, train=[])
    assert rows.of(version, *PLANTED, embedder).none == "snapshot 1 holds no rows any more"


def test_versions_without_rows_say_why(store: Store, home: Path) -> None:
    store.versions.add_snapshot("lamps", home / "snapshots" / "7", SnapshotCounts(train=1), "system", 7)
    elsewhere = store.versions.add_version("lamps", "base", "ab12cd34", None, None).name
    gone = store.versions.add_version("lamps", "base", "ab12cd35", None, 7).name
    told = [NearestRows(store).of(name, "a", "b", HashedEmbedder()).none for name in ("base", "x", elsewhere, gone)]
    for words, text in zip(("base model", "not listed", "elsewhere", "is not there"), told, strict=True):
        assert words in text


def test_what_is_taught_twice_is_shown_once() -> None:
    twice = [TaughtRow(str(n), "imitate", *PLANTED, "pair", "") for n in range(3)]
    vectors = HashedEmbedder().encode([one.question for one in twice])
    assert len(nearest(twice, vectors, *PLANTED, HashedEmbedder())) == 1
