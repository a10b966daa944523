"""What the inbox says of the check of a reply."""

import pytest

from chatbot.records import Trace
from chatbot.web.inbox.checks import check_words


@pytest.mark.parametrize(
    ("trace", "said"),
    [
        (Trace(check="quoted"), ""),
        (Trace(check="quoted", refused=["£9"]), "The check refused what the model wrote, so the passages were quoted."),
        (Trace(check="abstained"), ""),
        (Trace(check="shortened", refused=["£9"]), "The check cut off what the passages do not support."),
        (Trace(check="passed"), ""),
    ],
)
def test_a_refusal_is_told_only_where_there_was_one(trace: Trace, said: str) -> None:
    assert check_words(trace) == said
