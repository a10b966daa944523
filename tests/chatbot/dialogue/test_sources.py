"""The sources of a reply are the passages that it rests on."""

from chatbot.dialogue.sources import used_passages
from chatbot.records import Passage

PASSAGES = [
    Passage("a", "article", "Returns › Price", "A return costs £3.50.", ""),
    Passage("b", "article", "Delivery › Cost", "Delivery within the UK costs £4.95.", ""),
    Passage("c", "article", "Delivery › Abroad", "Delivery to Germany takes 6 working days.", ""),
]


def test_each_sentence_names_the_passage_that_it_shares_most_with() -> None:
    assert used_passages("It's £4.95 within the UK.", PASSAGES) == {"b"}
    assert used_passages("It's £4.95 within the UK. To Germany it takes 6 working days.", PASSAGES) == {"b", "c"}


def test_a_reply_that_shares_nothing_has_no_source() -> None:
    assert used_passages("Hello!", PASSAGES) == set()
    assert used_passages("It's £4.95.", []) == set()
