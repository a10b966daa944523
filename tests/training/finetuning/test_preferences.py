"""Corrections as pairs of rows; a pair of which one reply is too long is left out and counted."""

from chatbot.engines.base_model import BaseModel
from training.finetuning.objectives.dpo import DPO
from training.finetuning.objectives.preferences import encode_replies, read_corrections
from training.finetuning.recipe import Recipe
from training.rows import Row


def row(name: str, chosen: str, rejected: str) -> Row:
    return {
        "id": name,
        "prompt": [{"role": "user", "content": "How long?"}],
        "chosen": [{"role": "assistant", "content": chosen}],
        "rejected": [{"role": "assistant", "content": rejected}],
    }


ROWS = [row("fits", "30 days.", "I do not know."), row("long", "30 days.", "never " * 200)]


def test_corrections_are_pairs_of_chosen_and_rejected(tiny_base: BaseModel) -> None:
    recipe = Recipe(objective="dpo", preference_epochs=1, max_length=64)
    found = read_corrections(tiny_base, recipe, lambda name: ROWS if name == "preferences" else [], DPO(0.1))
    assert found.too_long == 1 and len(found.units) == 1
    chosen, rejected = found.units[0].rows
    assert "30 days." in tiny_base.tokenizer.decode(chosen.ids[:])
    assert "I do not know." in tiny_base.tokenizer.decode(rejected.ids[:])


def test_a_prompt_is_encoded_with_the_reply_that_is_named(tiny_base: BaseModel) -> None:
    found = encode_replies(tiny_base, ROWS, Recipe(max_length=64), lambda row: row["rejected"])
    assert [row.id for row in found] == ["fits"]
    learned = found[0].ids[found[0].prompt :]
    assert tiny_base.tokenizer.decode(learned).startswith("I do not know.")
