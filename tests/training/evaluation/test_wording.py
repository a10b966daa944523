"""Texts as tokens: what people take for the same becomes the same, and what differs stays apart."""

from fractions import Fraction

import pytest

from training.evaluation.wording import Token, tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("220°C", "220 °C"),
        ("four days", "4 days"),
        ("1.5 hours", "90 minutes"),
        ("2 metres", "200 cm"),
        ("9 a.m.", "9am"),
        ("31st January", "31 January"),
        ("the 31st of January", "the 31 January"),
        ("3-5 days", "3 to 5 days"),
        ("between 3 and 5 days", "between 3 to 5 days"),
        ("1,000 km", "1000 km"),
        ("e-mail", "email"),
        ("www.lamps.example/help/", "lamps.example/help"),
        ("+44 1632 960 111", "01632 960111"),
    ],
)
def test_the_same_in_other_words(one: str, other: str) -> None:
    assert tokens(one) == tokens(other)


@pytest.mark.parametrize(
    ("one", "other"), [("4 days", "4 working days"), ("1 day", "24 hours"), ("9 am", "9 pm"), ("£5", "€5"), ("5", "6")]
)
def test_what_differs_stays_apart(one: str, other: str) -> None:
    assert tokens(one) != tokens(other)


def test_a_quantity_has_an_exact_value_in_the_unit_of_its_kind() -> None:
    found = tokens("0.1 hours")
    assert found == [Token("", Fraction(6), "minute")]
    assert found[0].written == Fraction(1, 10)
