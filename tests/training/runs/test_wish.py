"""What is asked of a run reaches its command line, and is known to the run that goes on with it."""

from chatbot.store import Store
from training.runs.wish import USUAL, Wish


def test_only_what_was_asked_is_an_option() -> None:
    assert USUAL.options == []
    assert Wish("sft", 2.5).options == ["--recipe", "sft", "--set", "minutes=2.5"]


def test_a_run_knows_what_was_asked_of_it(store: Store) -> None:
    run = store.versions.start_run("operator:olga", progress=Wish("sft", 5).as_progress())
    assert Wish.of(store.versions.run(run.id)) == Wish("sft", 5)
    assert Wish.of(store.versions.start_run("system")) == USUAL
