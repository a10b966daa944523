"""Short names for whatever people call things, in any script, each given once."""

import pytest

from chatbot.knowledge.slugs import LONGEST, SLUG, Slugs, slug_of


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Returns & refunds", "returns-refunds"),
        ("already_a-slug", "already_a-slug"),
        ("Don't panic", "dont-panic"),
        ("Über uns", "uber-uns"),
        ("Доставка", "dostavka"),
        ("—", ""),
        ("word " * 20, "word-word-word-word-word-word-word-word"),
    ],
)
def test_a_text_becomes_a_slug(text: str, slug: str) -> None:
    assert slug_of(text) == slug
    assert not slug or SLUG.fullmatch(slug)


def test_names_that_differ_in_case_or_punctuation_share_a_slug() -> None:
    slugs = Slugs("_", "general")
    assert slugs.of("Late delivery") == slugs.of("late delivery!") == "late_delivery"
    assert slugs.of("?") == "general"


def test_other_names_never_share_one() -> None:
    slugs = Slugs()
    given = [slugs.of(f"{'long ' * 20}{number}") for number in range(12)]
    assert len(set(given)) == 12
    assert all(len(slug) <= LONGEST and SLUG.fullmatch(slug) for slug in given)
    assert slugs.another("long") == "long" and slugs.another("long") == "long-2"
