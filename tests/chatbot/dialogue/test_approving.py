"""What an approval would change: articles that say otherwise, questions that find it, replies that were given."""

import pytest

from chatbot.dialogue.approving import contradictions
from chatbot.dialogue.session import Session
from chatbot.records import Passage

PIECES = [
    Passage("r", "article", "Returns › Time", "A lamp can be returned within 30 days of delivery.", "articles/r.md:1"),
    Passage("p", "article", "Returns › Price", "A return costs £3.50.", "articles/r.md:5"),
    Passage("d", "article", "Delivery", "Delivery to Germany takes 6 working days. Lamps are never sent to Malta.", ""),
]


def why(answer: str) -> list[str]:
    return [f"{one.title}: {one.why}" for one in contradictions(answer, PIECES, "en")]


@pytest.mark.parametrize(
    "answer",
    [
        "You can return a lamp within 30 days of delivery.",
        "A return costs £3.50, and a lamp can be returned within 30 days of delivery.",
        "We sell lamps in 14 colours.",
        "Lamps are never sent to Malta.",
        "I am sorry to hear that!",
    ],
)
def test_what_agrees_or_is_about_something_else_is_no_contradiction(answer: str) -> None:
    assert why(answer) == []


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("A lamp can be returned within 14 days of delivery.", "Returns › Time: it says 30 days, the answer 14 days"),
        ("A return costs you £9 for each lamp returned.", "Returns › Price: it says £3.50, the answer £9"),
        ("Lamps are sent to Malta.", "Delivery: one says no, the other does not"),
    ],
)
def test_other_figures_and_a_no_on_one_side_are_told(answer: str, told: str) -> None:
    assert told in why(answer)


def test_an_approval_tells_which_questions_find_it_and_what_they_were_answered(session: Session) -> None:
    visitor = session.store.people.add_visitor()
    *_, first = session.say(visitor, "How long may I return a lamp?")
    *_, same = session.say(visitor, "Hello, How long may I return a lamp?")
    session_effects = session.effects(
        "How long may I return a lamp?", "You have 14 days to return a lamp.", first.message
    )
    assert "How long may I return a lamp?" not in [one.question for one in session_effects.found_for]
    assert any("return a lamp" in one.question for one in session_effects.found_for)
    assert [(one.conversation, one.before) for one in session_effects.changed] == [(same.conversation, same.text)]
    assert any("30 days" in one.text for one in session_effects.contradicts)


def test_an_answer_to_what_nobody_asked_changes_nothing(session: Session) -> None:
    visitor = session.store.people.add_visitor()
    *_, reply = session.say(visitor, "Do you sell zebra striped curtains?")
    found = session.effects("Do you sell zebra striped curtains?", "Yes, in the safari range.", reply.message)
    assert (found.contradicts, found.found_for, found.changed) == ([], [], [])
