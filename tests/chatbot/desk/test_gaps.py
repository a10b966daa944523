"""Missed questions that mean the same stand together; what was answered since is missed no more."""

from chatbot.desk.gaps import find_gaps
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.records import ApprovedAnswer
from chatbot.store.figures import Fault, Missed


def missed(question: str, number: int, fault: Fault = "unanswered", conversation: str = "") -> Missed:
    return Missed(question, f"r{number}", conversation or f"c{number}", "I do not know.", fault, f"2026-03-{number:02}")


ASKED = [
    missed("Do you sell red curtains?", 9),
    missed("Is there parking near the shop?", 8, "disliked"),
    missed("do you sell red  CURTAINS", 7),
    missed("Do you sell blue curtains?", 6, "corrected"),
    missed("Do you sell red curtains?", 5, conversation="c9"),
]


def answer(query: str, day: int) -> ApprovedAnswer:
    return ApprovedAnswer("a", query, "Yes.", None, "p", True, f"2026-03-{day:02}T10")


def test_questions_that_mean_the_same_are_one_gap_and_the_most_asked_is_first() -> None:
    curtains, parking = find_gaps(ASKED, HashedEmbedder())
    assert curtains.question == "Do you sell red curtains?" and curtains.conversations == 3
    assert [one.reply for one in curtains.missed] == ["r9", "r7", "r6", "r5"] and curtains.latest == "2026-03-09"
    assert curtains.faults == {"unanswered": 3, "corrected": 1} and parking.faults == {"disliked": 1}


def test_what_was_answered_since_is_missed_no_more() -> None:
    embedder = HashedEmbedder()
    found = find_gaps(ASKED, embedder, [answer("Do you sell red curtains?", 7)])
    assert [(gap.question, gap.conversations) for gap in found] == [
        ("Do you sell red curtains?", 1),
        ("Is there parking near the shop?", 1),
    ]
    left = find_gaps(ASKED, embedder, [answer("Do you sell red curtains?", 20)])
    assert [gap.question for gap in left] == ["Is there parking near the shop?"]


def test_one_question_or_none_is_no_trouble() -> None:
    assert find_gaps([], HashedEmbedder()) == [] and len(find_gaps(ASKED[:1], HashedEmbedder())) == 1
