"""What a reply claims rests on one of the facts nearest to the question, and on nothing else."""

from collections.abc import Sequence

import pytest

from chatbot.dialogue.grounds import Grounds, holds

ASKED = "How long do I have to send a lamp back, and what does it cost?"
RETURNS = "Returns\nA lamp can be returned within 30 days of delivery."
PRICE = "Returns\nA return costs £3.50, which is taken off the refund."
COLLECTING = "Returns\nCollecting unwanted furniture for a return costs £35 per order."
MAIL = "Contact\nE-mails go to help@lamps.example."
SHELF = "Returns\nReturned lamps are not repaired."


@pytest.mark.parametrize(
    ("fact", "claim", "held"),
    [
        (RETURNS, "You can return a lamp within 30 days.", True),
        (RETURNS, "Within 30 days of delivery.", True),
        (RETURNS, "You can return a lamp within 14 days.", False),
        (RETURNS, "You cannot return a lamp after 30 days.", False),
        (RETURNS, "You have to send a lamp back, and it costs.", False),
        (
            RETURNS,
            "A lamp can be returned within 30 days of delivery in its packaging with the receipt.",
            False,
        ),
        (SHELF, "No, returned lamps are not repaired.", True),
        (SHELF, "Yes, returned lamps are not repaired.", False),
        (PRICE, "It costs £3.50.", True),
        (PRICE, "It's free.", False),
        (PRICE, "A return costs £5, which is taken off the refund.", False),
        (SHELF, "The lamp is returned.", False),
        (COLLECTING, "Furniture is collected for £35.", True),
        (COLLECTING, "Unwanted furniture is collected for a return.", True),
        (COLLECTING, "The furniture is collected by the courier on delivery.", False),
        (MAIL, "You can reach us by email at help@lamps.example with your photos.", True),
    ],
)
def test_a_fact_holds_what_it_says(fact: str, claim: str, held: bool) -> None:
    assert holds(fact, claim, ASKED, "en") is held


def test_a_figure_of_the_asker_stands_beside_those_of_the_fact_never_in_their_place() -> None:
    asked = "I paid £60 on the 3rd. Is it 400 days?"
    assert not holds(RETURNS, "A lamp can be returned within 400 days of delivery.", asked, "en")
    assert holds(RETURNS, "Your £60 lamp can be returned within 30 days of delivery.", asked, "en")
    assert holds(SHELF, "Your £60 lamp is returned, not repaired.", asked, "en")


@pytest.mark.parametrize(
    ("asked", "claim", "held"),
    [
        ("Is a return £1?", "Yes, a return costs £3.50, which is taken off the refund.", False),
        ("Is a return £3.50?", "Yes, a return costs £3.50, which is taken off the refund.", True),
        ("I have 2 lamps. Can I return them, and who pays?", "Yes, a return costs £3.50, taken off the refund.", True),
        ("Is a return £1?", "A return costs £3.50, which is taken off the refund.", True),
    ],
)
def test_a_figure_that_is_put_right_is_not_affirmed(asked: str, claim: str, held: bool) -> None:
    assert holds(PRICE, claim, asked, "en") is held


def grounds(best: list[str], nearest: str) -> Grounds:
    def found(text: str, facts: Sequence[str], count: int) -> list[str]:
        assert nearest in facts and count == 1
        return [nearest]

    return Grounds([RETURNS, PRICE, SHELF], [best], ASKED, "en", found)


def test_a_claim_rests_on_one_of_the_best_facts() -> None:
    claim = "You can return a lamp within 30 days."
    assert grounds([RETURNS, PRICE], RETURNS).carry(claim)
    assert not grounds([PRICE], RETURNS).carry(claim)
    assert not grounds([RETURNS, PRICE], PRICE).carry(claim)


def test_without_facts_nothing_is_carried() -> None:
    assert not Grounds([], [], ASKED, "en", lambda text, facts, count: []).carry("A return costs £3.50.")


def test_what_is_told_instead_is_what_both_readers_chose_in_the_order_of_the_facts() -> None:
    deposit = "Deposits\nA deposit is paid back within 7 days."

    def found(text: str, facts: Sequence[str], count: int) -> list[str]:
        return [RETURNS]

    both = Grounds([RETURNS, deposit, PRICE, SHELF], [[deposit, PRICE]], ASKED, "en", found)
    assert both.instead("You can return it within 14 days.") == (
        "A lamp can be returned within 30 days of delivery. A return costs £3.50, which is taken off the refund.\n\n"
        "A deposit is paid back within 7 days."
    )
    assert Grounds([], [], ASKED, "en", found).instead("Yes.") == ""


def test_what_was_told_just_before_is_not_told_again() -> None:
    def found(text: str, facts: Sequence[str], count: int) -> list[str]:
        return [RETURNS]

    said = "A lamp can be returned within 30 days of delivery."
    both = Grounds([RETURNS, PRICE], [[PRICE]], ASKED, "en", found, told=f"{said} Anything else?")
    assert both.instead("Within 14 days.") == "A return costs £3.50, which is taken off the refund."
    assert Grounds([RETURNS], [[RETURNS]], ASKED, "en", found, told=said).instead("Within 14 days.") == ""


def test_a_claim_that_has_a_figure_of_the_question_alone_tells_nothing() -> None:
    plates = "Damage\nA damaged item must be reported within 14 days of delivery."
    asked = "My dinner plates arrived smashed. 4 out of 6 broken."
    assert not holds(plates, "The damaged dinner plates arrived smashed, with 4 out of 6 broken.", asked, "en")
    assert holds(plates, "Report it within 14 days.", asked, "en")


def test_a_question_that_no_sentence_of_a_reply_answers_is_left_out() -> None:
    def found(text: str, facts: Sequence[str], count: int) -> list[str]:
        return [PRICE if "£" in text else RETURNS]

    both = Grounds([RETURNS, PRICE, SHELF], [[RETURNS], [PRICE]], ASKED, "en", found)
    assert both.carry("Within 30 days.") and both.carry("It costs £3.50.")
    assert both.left_out("Within 30 days.") == "A return costs £3.50, which is taken off the refund."
    assert both.left_out("It costs £3.50.") == "A lamp can be returned within 30 days of delivery."
    assert both.left_out("Within 30 days. It costs £3.50.") == ""
