"""Vectors are read once and kept on disk; a damaged file is made anew, and nobody meets half of one."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from chatbot.knowledge.retrieval.embeddings import CachedEmbedder, HashedEmbedder, Vectors
from chatbot.knowledge.retrieval.vector_cache import cached_vectors, used_whole, write_whole

TEXTS = ["a lamp", "two lamps"]


class CountingEmbedder(HashedEmbedder):
    """Knows how many texts it has read."""

    def __init__(self) -> None:
        super().__init__()
        self.read = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.read += len(texts)
        return super().encode(texts)


def test_the_second_time_they_are_read_from_disk(tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    first = cached_vectors(embedder, TEXTS, tmp_path)
    assert np.array_equal(first, cached_vectors(embedder, TEXTS, tmp_path))
    assert embedder.read == 2
    cached_vectors(embedder, TEXTS[:1], tmp_path)
    assert embedder.read == 3, "other texts have other vectors"


@pytest.mark.parametrize("content", [b"", b"no array", None])
def test_a_damaged_file_is_made_anew(tmp_path: Path, content: bytes | None) -> None:
    whole = cached_vectors(HashedEmbedder(), TEXTS, tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-9] if content is None else content)
    assert np.array_equal(cached_vectors(HashedEmbedder(), TEXTS, tmp_path), whole)
    assert np.array_equal(np.load(file), whole)


def test_what_was_kept_is_remembered_by_an_embedder_that_can(tmp_path: Path) -> None:
    cached_vectors(HashedEmbedder(), TEXTS, tmp_path)
    counting = CountingEmbedder()
    embedder = CachedEmbedder(counting)
    cached_vectors(embedder, TEXTS, tmp_path)
    embedder.encode(TEXTS)
    assert counting.read == 0


def test_no_texts_have_vectors_of_the_same_width() -> None:
    assert cached_vectors(HashedEmbedder(7), [], None).shape == (0, 7)


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "within" / "vectors.npy"
    write_whole(file, lambda out: out.write(b"whole"))  # type: ignore[arg-type]

    def fail(out: BinaryIO) -> None:
        out.write(b"half")
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        write_whole(file, fail)
    assert file.read_bytes() == b"whole"


def test_what_an_earlier_state_of_the_pack_left_goes(tmp_path: Path) -> None:
    embedder, kept = HashedEmbedder(), dict[str, set[str]]()
    for state, lists in {"before": (TEXTS, ["rugs"]), "after": (TEXTS, ["blue rugs"])}.items():
        with used_whole(tmp_path, "lamps", "finds", embedder) as folder:
            assert folder
            for texts in lists:
                cached_vectors(embedder, texts, folder)
        kept[state] = {file.name for file in folder.iterdir()}
    assert len(kept["before"]) == len(kept["after"]) == 2 and len(kept["before"] & kept["after"]) == 1


def test_nothing_goes_where_reading_failed_nor_what_others_write_just_now(tmp_path: Path) -> None:
    with used_whole(tmp_path, "lamps", "finds", HashedEmbedder()) as folder:
        assert folder
        cached_vectors(HashedEmbedder(), TEXTS, folder)
    (written,) = folder.iterdir()
    half = written.with_suffix(".1.2.tmp")
    half.touch()
    with pytest.raises(ValueError, match="broken"), used_whole(tmp_path, "lamps", "finds", HashedEmbedder()):
        raise ValueError("broken")
    assert written.is_file()
    with used_whole(tmp_path, "lamps", "finds", HashedEmbedder()):
        pass
    assert list(folder.iterdir()) == [half]
    with used_whole(None, "lamps", "finds", HashedEmbedder()) as nowhere:
        assert nowhere is None
