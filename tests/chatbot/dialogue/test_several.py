"""A message is parted into its questions, and is left whole where it holds one."""

import pytest

from chatbot.dialogue.several import split_questions


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        ("how do i return a sofa and who pays for that?", ["how do i return a sofa", "who pays for that?"]),
        ("Do you ship to France? And what does it cost?", ["Do you ship to France?", "And what does it cost?"]),
        (
            "My lamp is here. How do I fit it, and also which bulb does it take?",
            ["My lamp is here. How do I fit it", "which bulb does it take?"],
        ),
    ],
)
def test_several_questions_are_parted(message: str, questions: list[str]) -> None:
    assert split_questions(message) == questions


@pytest.mark.parametrize(
    "message",
    [
        "How do I return a sofa?",
        "When and how can I return it?",
        "How many digits has a code? I may have scratched one off.",
        "Is it open late or do the lines stop sooner?",
        "Can I send it back and have a new one?",
        "I have moved and is",
        "Why is it red? Why is it blue? Why is it green? Why is it grey?",
        "",
    ],
)
def test_one_question_stays_whole(message: str) -> None:
    assert split_questions(message) == [message]


def test_in_another_language_only_a_question_mark_parts() -> None:
    assert split_questions("Was kostet das? Und wer bezahlt es?", "de") == ["Was kostet das?", "Und wer bezahlt es?"]
    assert split_questions("Was kostet das and who pays for that?", "de") == ["Was kostet das and who pays for that?"]
