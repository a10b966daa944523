"""The check: no figure goes out that neither the passages nor the user stated, none is seen unchecked."""

from itertools import pairwise

import pytest

from chatbot.dialogue.check import Source, StreamCheck, whole_sentences
from chatbot.dialogue.claims import Doubts

FACTS = [
    "Delivery abroad › Costs Delivery to Germany costs £12.95 and takes 5 to 8 working days.",
    "A return is started under Account > Orders > Return an item. Write to help@larkspur.example before 31 January.",
    "See https://larkspur.example/returns for more. The line is open from 9 am to 6 pm on 01632 960 140.",
    "my order is 4471 and I paid £1,200",
]
SOURCE = Source.of(FACTS)


@pytest.mark.parametrize(
    "reply",
    [
        "It costs £12.95 and takes 5 to 8 working days.",
        "That's £12.95; allow 8 working days.",
        "Please start it under Account > Orders > Return an item, by 31 January.",
        "Write to HELP@larkspur.example, or ring 01632 960 140 after 9 am.",
        "Order 4471 for £1200 or £1,200.00 is fine.",
        "See https://larkspur.example/returns.",
        "Sure, no figures here at all!",
        "Five to eight working days.",
        "We open at 9am.",
        "It costs 12.95 £.",
        "Write to us, e.g. at help@larkspur.example, at 9 a.m. or so.",
    ],
)
def test_what_the_sources_state_passes(reply: str) -> None:
    assert SOURCE.lacks(reply) == []


@pytest.mark.parametrize(
    ("reply", "failed"),
    [
        ("It costs £12.59.", "£12.59"),
        ("It costs £5.", "£5"),
        ("It costs €12.95.", "€12.95"),
        ("It takes 8 weeks.", "8 weeks"),
        ("It takes 14 days.", "14 days"),
        ("We close at 9 pm.", "9 pm"),
        ("We close at 9pm.", "9pm"),
        ("It costs 8€.", "8€"),
        ("Write by 30 January.", "30 January"),
        ("Look under Account > Returns.", "Account > Returns"),
        ("Write to info@larkspur.example.", "info@larkspur.example"),
        ("See www.larkspur.example/refunds.", "www.larkspur.example/refunds"),
        ("See [the form](//refunds.example/now).", "refunds.example/now"),
        ("Pay at pay-larkspur.example.", "pay-larkspur.example"),
        ("You get 10% off.", "10%"),
        ("Within two weeks.", "two weeks"),
    ],
)
def test_what_they_do_not_state_is_named(reply: str, failed: str) -> None:
    assert SOURCE.lacks(reply) == [failed]


def stream(reply: str) -> tuple[list[str], list[str]]:
    """What is on view after each character, and what failed."""
    check, views = StreamCheck(SOURCE), []
    for end in range(1, len(reply) + 1):
        views.append(reply[: check.release(reply[:end])])
        if check.failed:
            break
    if not check.failed:
        views.append(reply[: check.release(reply, whole=True)])
    return views, check.failed


def test_a_right_reply_is_released_bit_by_bit_and_whole() -> None:
    reply = "Of course! Delivery to Germany costs £12.95, and it takes 5 to 8 working days."
    views, failed = stream(reply)
    assert failed == []
    assert views[-1] == reply
    assert all(len(one) <= len(other) for one, other in pairwise(views))
    assert "Of course! Delivery to Germany costs " in views
    assert not any(view.endswith(("£1", "£12", "£12.9")) for view in views)


@pytest.mark.parametrize("wrong", ["£99", "14 days", "info@x.example", "Account > Returns", "10%", "two weeks"])
def test_a_wrong_figure_is_never_on_view_not_even_in_part(wrong: str) -> None:
    views, failed = stream(f"Thanks for asking. As far as I know it is {wrong}, I believe. Bye.")
    assert failed
    shown = max(views, key=len)
    assert shown.startswith("Thanks for asking. ")
    assert wrong.split(">")[-1].strip() not in shown
    assert whole_sentences(shown, len(shown)) == "Thanks for asking."


def test_nothing_is_kept_of_a_first_sentence_that_fails() -> None:
    views, failed = stream("It costs £99 to send. Bye.")
    assert failed == ["£99"]
    assert whole_sentences(views[-1], len(views[-1])) == ""


LISTED = "Start the return like this:\n\n1. Open Account > Orders.\n2) Choose Return an item\n3. Post the parcel."


def test_the_numbers_of_a_list_state_nothing() -> None:
    views, failed = stream(LISTED)
    assert failed == []
    assert views[-1] == LISTED


def test_each_item_of_a_list_is_a_sentence_and_what_leads_to_it_belongs_to_the_first() -> None:
    judged: list[str] = []

    def carried(sentence: str) -> bool:
        judged.append(sentence)
        return True

    check = StreamCheck(SOURCE, Doubts(FACTS, "en"), carried)
    for end in range(1, len(LISTED) + 1):
        check.release(LISTED[:end])
    check.release(LISTED, whole=True)
    assert [sentence.split("\n")[-1].removeprefix("- ").strip() for sentence in judged] == [
        "Open Account > Orders.",
        "Choose Return an item",
        "Post the parcel.",
    ]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (LISTED, LISTED),
        (LISTED[:-4], LISTED.rsplit("\n", 1)[0]),
        ('Choose "Return an item." Then pack', 'Choose "Return an item."'),
    ],
)
def test_whole_sentences_end_in_quotation_marks_and_between_items(text: str, kept: str) -> None:
    assert whole_sentences(text, len(text)) == kept


@pytest.mark.parametrize("carried", [True, False])
def test_a_figure_of_the_user_alone_is_shown_with_its_sentence_or_not_at_all(carried: bool) -> None:
    reply = "Delivery to Germany costs £1,200, and takes 5 to 8 working days. It costs £12.95."
    check = StreamCheck(SOURCE, Doubts(FACTS, "en"), lambda sentence: carried, vouched=Source.of(FACTS[:-1]))
    views = [reply[: check.release(reply[:end])] for end in range(len(reply))]
    before = reply.index(" It")
    assert {view for view in views[:before] if "£" in view} == set()
    assert "Delivery to Germany costs " in views[:before]
    assert ("£1,200" in reply[: check.release(reply, whole=True)]) is carried
