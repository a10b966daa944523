"""What is asked of a run reaches its command line, and is known to the run that goes on with it."""

from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.weights import QWEN_15B
from training.runs.wish import USUAL, Wish


def test_only_what_was_asked_is_an_option() -> None:
    assert USUAL.options == []
    assert Wish("sft", 2.5).options == ["--recipe", "sft", "--set", "minutes=2.5"]
    assert Wish(base="other").options == ["--base", "other"]


def test_the_recipe_suits_the_base_unless_the_settings_name_one(settings: Settings) -> None:
    assert USUAL.filled(settings) == Wish(settings.recipe) == Wish("sft")
    assert Wish(base=QWEN_15B.name).filled(settings) == Wish("reading", base=QWEN_15B.name)
    assert Wish("kto", base=QWEN_15B.name).filled(settings).recipe == "kto"
    chosen = Settings(recipe="gentle", base_model=settings.base_model)
    assert Wish(base=QWEN_15B.name).filled(chosen).recipe == "gentle"
    assert Wish(base=settings.base_model).filled(settings) == Wish("sft")


def test_a_run_knows_what_was_asked_of_it(store: Store) -> None:
    run = store.versions.start_run("operator:olga", progress=Wish("sft", 5, "other").as_progress())
    assert Wish.of(store.versions.run(run.id)) == Wish("sft", 5, "other")
    assert Wish.of(store.versions.start_run("system")) == USUAL
