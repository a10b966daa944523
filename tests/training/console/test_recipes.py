"""Which recipes an operator may choose, in words that say what each does."""

from pathlib import Path

import pytest

from chatbot.errors import InputError
from chatbot.lineage import SnapshotCounts
from chatbot.settings import Settings
from training.console.recipes import TITLES, check_offered, described, offers
from training.finetuning.recipe import RECIPES


def test_every_recipe_begins_with_a_sentence_for_people() -> None:
    for file in RECIPES.glob("*.toml"):
        said = described(file)
        assert said.endswith(".") and 20 < len(said) < 110, file.name


def test_the_usual_one_is_first_and_none_that_makes_no_version(settings: Settings) -> None:
    offered = offers(settings, SnapshotCounts())
    assert offered[0].name == settings.recipe
    assert {offer.name for offer in offered} == set(TITLES)
    assert "classify" not in {offer.name for offer in offered}


def test_what_a_recipe_lacks_is_said(settings: Settings) -> None:
    with pytest.raises(InputError, match="needs 5 corrected replies to learn from, and there are 2"):
        check_offered(settings, SnapshotCounts(preferences=2), "preference")
    check_offered(settings, SnapshotCounts(preferences=5), "preference")
    with pytest.raises(InputError, match="not offered here"):
        check_offered(settings, SnapshotCounts(), "classify")


def test_a_recipe_of_ones_own_is_offered_where_the_settings_name_it(settings: Settings, tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text("# Slow and\n# careful. Not for everybody.\nepochs = 1\n", encoding="utf-8")
    first = offers(settings.model_copy(update={"recipe": str(own)}), SnapshotCounts())[0]
    assert (first.title, first.about) == ("Mine", "Slow and careful.")
