"""Every origin stands in the table once, and no two have the same precedence."""

from typing import get_args

from training.origins import ORIGINS, OriginName


def test_every_origin_has_an_entry_and_a_precedence_of_its_own() -> None:
    assert set(ORIGINS) == set(get_args(OriginName))
    assert sorted(origin.precedence for origin in ORIGINS.values()) == list(range(len(ORIGINS)))


def test_the_staffs_word_comes_before_the_packs_and_that_before_a_visitors() -> None:
    first = sorted(ORIGINS, key=lambda name: ORIGINS[name].precedence)
    assert first == ["correction", "answer", "pair", "dialogue", "like"]
    assert [name for name in first if ORIGINS[name].ordered] == ["correction", "answer"]
    assert [name for name in first if ORIGINS[name].curated] == ["pair", "dialogue"]
    assert [name for name in first if ORIGINS[name].yields] == ["like"]
