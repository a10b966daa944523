"""What is looked up: the order of passages, answers approved a moment ago, and the vectors kept on disk."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from chatbot.knowledge.embeddings import HashedEmbedder, Vectors
from chatbot.knowledge.index import KnowledgeIndex
from chatbot.knowledge.packs import Sentence, load_pack, split_article
from chatbot.records import ApprovedAnswer


class CountingEmbedder(HashedEmbedder):
    """Remembers what it was asked to encode."""

    def __init__(self) -> None:
        super().__init__()
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        return super().encode(texts)


@pytest.fixture
def sentences(pack_folder: Path) -> list[Sentence]:
    return load_pack(pack_folder).sentences


@pytest.fixture
def index(sentences: list[Sentence]) -> KnowledgeIndex:
    return KnowledgeIndex(HashedEmbedder(), sentences)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "index"


def approved(number: int, query: str, response: str) -> ApprovedAnswer:
    return ApprovedAnswer(f"answer-{number}", query, response, None, "ada", True, "2026-01-01")


def test_the_nearest_passage_comes_first_with_its_place_and_score(index: KnowledgeIndex) -> None:
    found = index.search(["delivery to Germany takes how many working days"], 3)
    assert found[0].text == "Delivery to Germany takes 6 working days."
    assert (found[0].kind, found[0].title, found[0].source) == ("article", "Delivery › Cost", "articles/delivery.md")
    assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)
    assert 0 < found[0].score <= 1


def test_no_more_than_asked_for_and_nothing_below_the_least_score(index: KnowledgeIndex) -> None:
    query = "delivery to Germany"
    assert len(index.search([query], 2)) == 2
    every = index.search([query], 20)
    best = every[0].score
    assert index.search([query], 20, min_score=best) == [p for p in every if p.score >= best]
    assert index.search([query], 20, min_score=0.99) == []
    assert index.search([query], 0) == []
    assert index.search([], 3) == []


def test_a_passage_counts_by_the_query_that_is_nearest_to_it(index: KnowledgeIndex) -> None:
    alone = index.search(["delivery to Germany takes days"], 1)[0]
    together = index.search(["a return costs", "delivery to Germany takes days"], 5)
    assert alone in together
    assert len({passage.id for passage in together}) == len(together)


def test_an_approved_answer_is_found_at_once_and_gone_after_withdrawal(index: KnowledgeIndex) -> None:
    question = "Do you sell candles?"
    answer = approved(1, question, "No, only lamps.")
    index.set_answers([answer])
    best = index.search(["do you sell candles"], 3)[0]
    assert (best.kind, best.text, best.query, best.score) == ("answer", "No, only lamps.", question, 1.0)
    index.set_answers([])
    assert all(passage.kind == "article" for passage in index.search([question], 10))


def test_answers_already_held_are_not_encoded_again(sentences: list[Sentence]) -> None:
    embedder = CountingEmbedder()
    index = KnowledgeIndex(embedder, sentences)
    embedder.encoded.clear()
    one, two, three = (approved(n, f"query {n}", f"answer {n}") for n in (1, 2, 3))
    index.set_answers([one, two])
    index.set_answers([two, three])
    assert embedder.encoded == ["query 1", "query 2", "query 3"]
    assert index.search(["query 3"], 1)[0].text == "answer 3"


def test_a_pack_without_sentences_finds_only_answers() -> None:
    index = KnowledgeIndex(HashedEmbedder(), [])
    assert index.search(["anything"], 3) == []
    index.set_answers([approved(1, "anything", "yes")])
    assert [passage.text for passage in index.search(["anything"], 3)] == ["yes"]


def test_vectors_kept_on_disk_are_used_again(sentences: list[Sentence], cache: Path) -> None:
    first = KnowledgeIndex(HashedEmbedder(), sentences, cache)
    embedder = CountingEmbedder()
    second = KnowledgeIndex(embedder, sentences, cache)
    assert embedder.encoded == []
    assert second.search(["Germany"], 3) == first.search(["Germany"], 3)
    assert [file.suffix for file in cache.iterdir()] == [".npy"]


def test_a_changed_article_is_encoded_anew(sentences: list[Sentence], cache: Path) -> None:
    KnowledgeIndex(HashedEmbedder(), sentences, cache)
    embedder = CountingEmbedder()
    changed = [*sentences, *split_article("candles", "# Candles\n\nWe sell candles.\n")]
    index = KnowledgeIndex(embedder, changed, cache)
    assert len(embedder.encoded) == len(changed)
    assert index.search(["candles"], 1)[0].text == "We sell candles."


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"not vectors", b"PK\x03\x04 not an archive", b"cut"])
def test_a_damaged_file_of_vectors_is_written_anew(sentences: list[Sentence], cache: Path, damage: bytes) -> None:
    KnowledgeIndex(HashedEmbedder(), sentences, cache)
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if damage == b"cut" else damage)
    index = KnowledgeIndex(HashedEmbedder(), sentences, cache)
    assert index.search(["Germany"], 1)[0].text == "Delivery to Germany takes 6 working days."
    assert file.read_bytes() == whole
