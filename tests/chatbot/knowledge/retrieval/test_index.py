"""What is looked up: the order of passages, answers approved a moment ago, and the vectors kept on disk."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from chatbot.knowledge.articles.pieces import Piece, split_article
from chatbot.knowledge.packs import load_pack
from chatbot.knowledge.retrieval.embeddings import CachedEmbedder, HashedEmbedder, Vectors
from chatbot.knowledge.retrieval.index import KnowledgeIndex
from chatbot.knowledge.retrieval.questions import KnownQuestion, Ties
from chatbot.records import ApprovedAnswer, Passage


class CountingEmbedder(HashedEmbedder):
    """Remembers what it was asked to encode."""

    def __init__(self) -> None:
        super().__init__()
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        return super().encode(texts)


@pytest.fixture
def pieces(pack_folder: Path) -> list[Piece]:
    return load_pack(pack_folder).pieces


@pytest.fixture
def index(pieces: list[Piece]) -> KnowledgeIndex:
    return KnowledgeIndex(HashedEmbedder(), pieces)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "index"


def approved(number: int, query: str, response: str) -> ApprovedAnswer:
    return ApprovedAnswer(f"answer-{number}", query, response, None, "ada", True, "2026-01-01")


def test_the_nearest_passage_comes_first_with_its_place_and_score(index: KnowledgeIndex) -> None:
    found = index.search(["delivery to Germany takes how many working days"], 3)
    assert found[0].text == "Delivery to Germany takes 6 working days."
    assert (found[0].kind, found[0].title, found[0].source) == (
        "article",
        "Delivery › Abroad",
        "articles/delivery.md:9",
    )
    assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)
    assert 0 < found[0].score <= 1


def test_no_more_than_asked_for(index: KnowledgeIndex) -> None:
    query = "delivery to Germany"
    assert len(index.search([query], 2)) == 2
    assert index.search([query], 0) == []
    assert index.search([], 3) == []


def test_passages_are_narrowed_to_the_sentences_that_are_nearest(index: KnowledgeIndex) -> None:
    passages = [
        Passage(
            "a",
            "article",
            "Returns",
            "A return costs £3. Lamps are tested twice. Boxes are brown.",
            "a.md:1",
            score=0.3,
        ),
        Passage("b", "article", "Lamps", "Lamps shine. The weight of a lamp is 2 kg.", "b.md:1", score=0.3),
        Passage("c", "answer", "Approved answer", "No. We never post candles.", "review", "post candles?", score=0.2),
    ]
    one = index.focused(["what is the weight of a lamp"], passages, 1)
    assert [(passage.id, passage.text) for passage in one] == [("b", "The weight of a lamp is 2 kg.")]
    two = index.focused(["what is the weight of a lamp", "what does a return cost"], passages, 2)
    assert {passage.id: passage.text for passage in two} == {
        "a": "A return costs £3.",
        "b": "The weight of a lamp is 2 kg.",
    }
    whole = index.focused(["post candles?"], passages, 9)
    assert whole[0] == passages[2]
    assert sorted(whole, key=lambda passage: passage.id) == passages


def test_sentences_that_score_much_less_than_the_best_are_left_out(index: KnowledgeIndex) -> None:
    passages = [Passage("b", "article", "Lamps", "Lamps shine. The weight of a lamp is 2 kg.", "b.md:1", score=0.3)]
    assert index.focused(["the weight of a lamp is"], passages, 2) == passages
    (near,) = index.focused(["the weight of a lamp is"], passages, 2, within=0.05)
    assert near.text == "The weight of a lamp is 2 kg."


WINDOWS = "Blinds are cut free of charge. Curtains are hemmed within 4 days."


def test_a_sentence_is_found_by_the_questions_that_it_is_known_to_answer() -> None:
    pieces = split_article("windows", f"# Windows\n\n{WINDOWS}\n")
    asked = "how soon do you shorten a drape"
    known = Ties(pieces).question(asked, "Within 4 days: we hem curtains.")
    assert known.sentence == "Curtains are hemmed within 4 days."
    without = KnowledgeIndex(HashedEmbedder(), pieces)
    taught = KnowledgeIndex(HashedEmbedder(), pieces, [known])
    question = "how soon do you shorten a drape of charge"
    (plain,) = without.focused([question], without.search([question], 1), 1)
    (found,) = taught.focused([question], taught.search([question], 1), 1)
    (left_out,) = taught.focused([question], taught.search([question], 1), 1, leave_out=[asked])
    assert [plain.text, found.text, left_out.text] == [
        "Blinds are cut free of charge.",
        "Curtains are hemmed within 4 days.",
        "Blinds are cut free of charge.",
    ]


def test_what_a_reply_has_told_makes_room_for_what_it_has_not() -> None:
    pieces = split_article("windows", f"# Windows\n\n{WINDOWS}\n")
    index = KnowledgeIndex(HashedEmbedder(), pieces)
    passages = index.search(["blinds and curtains"], 1)
    question = "are they cut or hemmed of the days"
    (first,) = index.focused([question], passages, 1)
    (then,) = index.focused([question], passages, 1, told=[f"Yes. {first.text}"])
    assert {first.text, then.text} == set(WINDOWS.replace(". C", ".\nC").split("\n"))
    (same,) = index.focused([question], passages, 1, told=["We are open until six, and closed on Sundays."])
    assert same == first


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


def test_answers_already_held_are_not_encoded_again(pieces: list[Piece]) -> None:
    embedder = CountingEmbedder()
    index = KnowledgeIndex(embedder, pieces)
    embedder.encoded.clear()
    one, two, three = (approved(n, f"query {n}", f"answer {n}") for n in (1, 2, 3))
    index.set_answers([one, two])
    index.set_answers([two, three])
    assert embedder.encoded == ["query 1", "query 2", "query 3"]
    assert index.search(["query 3"], 1)[0].text == "answer 3"


def test_all_but_a_share_of_the_known_questions_reach_what_is_usual(pieces: list[Piece]) -> None:
    asked = [f"question {number} about delivery to Germany" for number in range(40)] + ["zzz", "qqq"]
    index = KnowledgeIndex(HashedEmbedder(), pieces, [KnownQuestion(text, (0,)) for text in asked])
    found = [index.look_up([text], 1, leave_out=[text]).assurance for text in asked]
    for share in (0.05, 0.12):
        reached = sum(assurance >= index.usual(share) - 1e-4 for assurance in found) / len(found)
        assert 1 - share - 0.03 <= reached < 1


def test_a_question_near_one_that_nothing_answers_is_less_sure(pieces: list[Piece]) -> None:
    known = [KnownQuestion(f"question {number} about delivery to Germany", (0,)) for number in range(40)]
    index = KnowledgeIndex(HashedEmbedder(), pieces, known, unanswered=["do you deliver by drone"])
    near, far = (index.look_up([text], 1) for text in ("delivery to Germany", "do you deliver by drone"))
    assert near.assurance > near.passages[0].score
    assert far.assurance < far.passages[0].score
    few = KnowledgeIndex(HashedEmbedder(), pieces, known[:3], unanswered=["do you deliver by drone"])
    found = few.look_up(["do you deliver by drone"], 1)
    assert found.assurance == found.passages[0].score


def test_the_approved_answer_to_a_question_is_known_by_its_words(index: KnowledgeIndex) -> None:
    index.set_answers([approved(1, "do you sell wax candles", "No.")])
    assert index.approved("do you sell candles") is not None
    assert index.approved("how long is a return") is None


def test_a_pack_without_articles_finds_only_answers() -> None:
    index = KnowledgeIndex(HashedEmbedder(), [])
    assert index.search(["anything"], 3) == []
    index.set_answers([approved(1, "anything", "yes")])
    assert [passage.text for passage in index.search(["anything"], 3)] == ["yes"]


def test_vectors_kept_on_disk_are_used_again(pieces: list[Piece], cache: Path) -> None:
    first = KnowledgeIndex(HashedEmbedder(), pieces, (), cache)
    embedder = CountingEmbedder()
    second = KnowledgeIndex(embedder, pieces, (), cache)
    assert embedder.encoded == []
    assert second.search(["Germany"], 3) == first.search(["Germany"], 3)
    assert {file.suffix for file in cache.iterdir()} == {".npy"}


def test_a_changed_article_is_encoded_anew(pieces: list[Piece], cache: Path) -> None:
    KnowledgeIndex(HashedEmbedder(), pieces, (), cache)
    embedder = CountingEmbedder()
    changed = [*pieces, *split_article("candles", "# Candles\n\nWe sell candles.\n")]
    index = KnowledgeIndex(embedder, changed, (), cache)
    assert len(embedder.encoded) == len(changed)
    assert index.search(["candles"], 1)[0].text == "We sell candles."


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"not vectors", b"PK\x03\x04 not an archive", b"cut"])
def test_a_damaged_file_of_vectors_is_written_anew(pieces: list[Piece], cache: Path, damage: bytes) -> None:
    KnowledgeIndex(HashedEmbedder(), pieces, (), cache)
    file = max(cache.iterdir(), key=lambda file: file.stat().st_size)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if damage == b"cut" else damage)
    index = KnowledgeIndex(HashedEmbedder(), pieces, (), cache)
    assert index.search(["Germany"], 1)[0].text == "Delivery to Germany takes 6 working days."
    assert file.read_bytes() == whole


def test_no_text_is_read_twice_and_the_oldest_are_forgotten() -> None:
    counting = CountingEmbedder()
    embedder = CachedEmbedder(counting, most=3)
    first = embedder.encode(["a lamp", "a shade", "a lamp"])
    again = embedder.encode(["a shade", "a bulb", "a lamp"])
    assert counting.encoded == ["a lamp", "a shade", "a bulb"]
    assert np.array_equal(first[[1, 2]], again[[0, 2]])
    embedder.remember(["a desk"], first[:1])
    assert np.array_equal(embedder.encode(["a desk", "a lamp"]), first[[0, 0]])
    assert counting.encoded[3:] == ["a lamp"]
