"""Where the pages stand, and who may see them."""

from chatbot.web.pages import CHAT, OPERATE, REVIEW, STAFF_PAGES


def test_a_page_holds_what_is_below_it_and_nothing_beside_it() -> None:
    assert REVIEW.holds("/review") and REVIEW.holds("/review/queue")
    assert not REVIEW.holds("/reviews") and not REVIEW.holds("/")


def test_whose_page_it_is() -> None:
    assert REVIEW.refusal("agent") == REVIEW.refusal("operator") == OPERATE.refusal("operator") == ""
    assert REVIEW.refusal("visitor") == "/review is for agents and operators"
    assert OPERATE.refusal("agent") == "/operate is for operators"
    assert CHAT.refusal("visitor") == "" and CHAT not in STAFF_PAGES
