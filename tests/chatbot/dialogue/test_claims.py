"""What a sentence claims beside figures: told from courtesy, held back in doubt, cut if nothing carries it."""

import pytest

from chatbot.dialogue.check import Source, StreamCheck
from chatbot.dialogue.claims import Doubts
from chatbot.dialogue.reply import declines

FACTS = ["Returns › Sofas: Collecting an unwanted sofa costs £35 per order."]
DOUBTS = Doubts(FACTS, "en")


@pytest.mark.parametrize(
    "sentence", ["Collecting a sofa costs £35.", "No, you do not get it back.", "It is too heavy."]
)
def test_a_sentence_that_says_something_claims(sentence: str) -> None:
    assert DOUBTS.claims(sentence)


@pytest.mark.parametrize("sentence", ["I'm sorry to hear that.", "Shall I get a colleague?", "Thank you very much!"])
def test_courtesy_and_questions_claim_nothing(sentence: str) -> None:
    assert not DOUBTS.claims(sentence)


def test_words_are_doubted_that_affirm_or_deny_or_that_nothing_accounts_for() -> None:
    assert DOUBTS.first("Collecting sofas costs you that.") is None
    assert DOUBTS.first("It does not cost anything.") == len("It does ")
    assert DOUBTS.first("You didn't pay.") == len("You ")
    assert DOUBTS.first("A sofa is refurbished first.") == len("A sofa is ")


def test_a_language_without_a_dictionary_doubts_every_word_of_its_own() -> None:
    assert Doubts(["Retour: gratis"], "xx").first("retour is gratis") == len("retour ")


def shown(reply: str, carried: list[str]) -> list[str]:
    """What is shown after each word, until something fails."""
    check = StreamCheck(Source.of(FACTS), DOUBTS, lambda sentence: sentence in carried)
    words, seen = reply.split(" "), []
    for count in range(1, len(words) + 1):
        text = " ".join(words[:count])
        seen.append(text[: check.release(text, whole=count == len(words))])
        if check.failed:
            break
    return seen


def test_a_sentence_without_doubt_is_shown_word_by_word() -> None:
    reply = "Collecting a sofa costs you that."
    assert shown(reply, [reply])[:3] == ["", "Collecting ", "Collecting a "]
    assert shown(reply, [reply])[-1] == reply


def test_a_denial_is_held_back_until_its_sentence_is_judged() -> None:
    reply = "No, you do not pay. Collecting a sofa costs that."
    seen = shown(reply, ["No, you do not pay.", "Collecting a sofa costs that."])
    assert set(seen[:5]) == {""}
    assert seen[-1] == reply


def test_what_nothing_carries_never_goes_out() -> None:
    reply = "Collecting a sofa costs that. No, you do not get your money back. Thanks."
    seen = shown(reply, ["Collecting a sofa costs that."])
    assert all("No" not in text for text in seen)
    assert seen[-1].strip() == "Collecting a sofa costs that."


def test_figures_are_checked_before_claims_are_judged() -> None:
    judged: list[str] = []

    def carried(sentence: str) -> bool:
        judged.append(sentence)
        return True

    check = StreamCheck(Source.of(FACTS), DOUBTS, carried)
    check.release("Collecting a sofa costs £40.", whole=True)
    assert check.failed == ["£40"]
    assert judged == []


@pytest.mark.parametrize(
    ("reply", "abstains"),
    [
        ("I don't have that information.", True),
        ("I'm really sorry. I don't know how long that takes.", True),
        ("Collecting it costs £35. I don't know how long it takes.", False),
        ("Collecting it costs £35.", False),
    ],
)
def test_a_half_answer_does_not_abstain(reply: str, abstains: bool) -> None:
    assert declines(reply) is abstains


def test_a_greeting_by_the_visitors_name_claims_nothing() -> None:
    known = Doubts(["Returns take 30 days."], "en", "Ada", "Hello and welcome to Larkspur!")
    for said in ("Hello Ada!", "Welcome back to Larkspur, Ada.", "Hi, Ada!"):
        assert not known.claims(said) and known.first(said) is None
        assert Doubts(["Returns take 30 days."], "en").claims(said)
    for said in (
        "Hello!",
        "Ada, zebras are sold.",
        "Ada, you never pay.",
        "Ada, it takes 9 days.",
        "Welcome to zebras.",
    ):
        assert known.claims(said)
