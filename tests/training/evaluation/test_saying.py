"""Phrases, places and bounds: what a reply says and what only looks like it."""

import pytest

from training.evaluation.saying import says
from training.evaluation.wording import tokens


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        ("There is no extra charge.", "free"),
        ("You may order at most 4 gift cards.", "up to 4"),
        ("Open Orders, then tap Missing parts.", "Orders > Missing parts"),
        ("Tap Missing parts and then Report.", "Orders > Missing parts > Report"),
        ("It takes 3 to 5 days.", "3 to 5 days"),
    ],
)
def test_said(reply: str, text: str) -> None:
    assert says(tokens(reply), text)


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        ("Feel free to ask.", "free"),
        ("You must order at least 4 gift cards.", "up to 4"),
        ("You may order 4 or more.", "up to 4"),
        ("It takes 3 to 5 days.", "5 days"),
        ("Missing parts stand above. Orders are below.", "Orders > Missing parts"),
        ("Bring your two cards.", "card"),
        ("Delivery is soon.", ""),
    ],
)
def test_not_said(reply: str, text: str) -> None:
    assert not says(tokens(reply), text)
