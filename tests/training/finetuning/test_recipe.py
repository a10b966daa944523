"""A recipe is read whole, or told with all its faults."""

from pathlib import Path

import pytest

from chatbot.errors import TrainingError
from training.finetuning.recipe import RECIPES, load_recipe


@pytest.mark.parametrize("name", sorted(file.stem for file in RECIPES.glob("*.toml")))
def test_every_packaged_recipe_is_valid(name: str) -> None:
    assert load_recipe(name)


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("rank = 4\n", encoding="utf-8-sig")
    assert load_recipe(str(file), ("alpha=8",)).rank == 4


@pytest.mark.parametrize(
    ("text", "overrides", "said"),
    [
        ("rank = ", (), "is not TOML"),
        ("rnak = 4", (), "rnak is not a key: did you mean rank?"),
        ("rank = 'many'", (), "rank = 'many'"),
        ("", ("rank",), "--set 'rank': write key=value"),
        ("preference_epochs = 1", (), "needs objective dpo, kto or orpo"),
    ],
)
def test_what_is_wrong_is_told(text: str, overrides: tuple[str, ...], said: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TrainingError) as told:
        load_recipe(str(file), overrides)
    assert said in str(told.value)


def test_an_unknown_name_lists_those_that_exist() -> None:
    with pytest.raises(TrainingError, match=r"use one of .*reading.*sft"):
        load_recipe("nope")
