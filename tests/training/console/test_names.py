"""Versions have short names, people are called by theirs."""

import pytest

from chatbot.store.versions import BASE
from training.console.names import beginning, count, duration, named, title, who, with_titles


@pytest.mark.parametrize(
    ("version", "short"),
    [("larkspur-v0012-ab12cd34", "v12"), ("my-v2-pack-v0003-00000000", "v3"), (BASE, "Base model"), ("odd", "odd")],
)
def test_short_names(version: str, short: str) -> None:
    assert title(version) == short


def test_names_within_sentences() -> None:
    assert (named(BASE), beginning(BASE)) == ("the base model", "The base model")
    assert named("larkspur-v0012-ab12cd34") == beginning("larkspur-v0012-ab12cd34") == "v12"


def test_a_text_with_short_names() -> None:
    said = "not proven better than larkspur-v0012-ab12cd34: +1.0%"
    assert with_titles(said) == "not proven better than v12: +1.0%"


def test_people() -> None:
    said = [who(actor) for actor in ("operator:olga", "visitor:12", "system", "stranger")]
    assert said == ["olga (operator)", "A visitor", "The system", "Somebody"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(20, "less than a minute"), (60, "1 minute"), (600, "10 minutes"), (4 * 3600, "4 hours")],
)
def test_rough_times(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_counts() -> None:
    assert (count(1, "row"), count(1200, "row")) == ("1 row", "1,200 rows")
