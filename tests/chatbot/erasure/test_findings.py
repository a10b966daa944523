"""What places tell of a deletion, put together and in words."""

import pytest

from chatbot.erasure.findings import Findings, amount, told_to_visitor


def test_what_places_tell_is_added_up_and_a_backup_named_once() -> None:
    found = Findings(["a"], backups=["/b"]) + Findings(["c"], ["kept"], ["left"], ["/b"])
    assert found.as_dict() == {"removed": ["a", "c"], "kept": ["kept"], "left": ["left"], "backups": ["/b"]}


@pytest.mark.parametrize(("count", "words"), [(1, "1 row"), (2, "2 rows"), (1200, "1,200 rows")])
def test_amounts_are_in_words(count: int, words: str) -> None:
    assert amount(count, "row") == words
    assert amount(count, "reply", "replies").endswith("reply" if count == 1 else "replies")


def test_a_visitor_hears_no_more_than_is_true_and_no_name_of_a_file() -> None:
    assert told_to_visitor(Findings(["1 message"])) == "The chat was deleted."
    assert told_to_visitor(Findings(), title="My lamp") == "The chat “My lamp” was deleted."
    told = told_to_visitor(Findings(left=["/home/secret"], backups=["/backups/secret"]))
    assert "follows as soon as" in told and "Backups" in told and "secret" not in told
