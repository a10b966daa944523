"""The vocabulary is consistent: each unit has one kind, each phrase leads to words that need no further phrase."""

from fractions import Fraction

from training.evaluation.vocabulary import CURRENCIES, LONGEST, MONTHS, PHRASES, SPELLINGS, UNITS, WEEKDAYS


def test_units_of_a_kind_are_multiples_of_one() -> None:
    kinds = {kind for kind, _ in UNITS.values()}
    ones = {kind for kind, factor in UNITS.values() if factor == Fraction(1)}
    assert kinds == ones
    assert UNITS["fortnight"] == ("day", Fraction(14)) and UNITS["workingday"][0] != UNITS["day"][0]


def test_currencies_are_units() -> None:
    assert set(CURRENCIES) <= UNITS.keys()


def test_names_of_days_and_months_are_complete() -> None:
    assert len(set(WEEKDAYS.values())) == 7 and len(set(MONTHS.values())) == 12
    assert "may" not in MONTHS and "sun" not in WEEKDAYS, "they are words as well"


def test_no_phrase_is_longer_than_is_looked_for() -> None:
    assert max(map(len, PHRASES)) == LONGEST


def test_british_spellings_are_final() -> None:
    assert not set(SPELLINGS.values()) & SPELLINGS.keys()
