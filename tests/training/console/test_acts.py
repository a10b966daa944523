"""What an operator does about versions: said before, done once, and not where somebody was faster."""

import pytest

from chatbot.errors import InputError, NotFoundError
from chatbot.store import Store
from chatbot.store.versions import BASE
from tests.training.console.made import add_version, held
from training.console.acts import ask, before_champion, carry_out, doubts
from training.release.publish import promote, roll_back

WHO = "operator:olga"


def test_a_version_is_promoted_and_rolled_back(store: Store) -> None:
    version = add_version(store, {"decision": "promote", "against": BASE, "reasons": []})
    asked = ask(store, "promote", version.name, 0.1)
    assert asked.text == "v1 answers everybody from now on, instead of the base model."
    assert asked.doubts == []
    assert carry_out(store, asked.act, WHO).startswith("v1 answers from now on")
    back = ask(store, "roll-back", "", 0.1)
    assert back.text == "The base model answers everybody again, instead of v1."
    assert carry_out(store, back.act, WHO).startswith("The base model answers")
    assert store.versions.resolve("champion") == BASE


def test_a_version_is_tried_and_the_trial_ended(store: Store) -> None:
    version = add_version(store)
    asked = ask(store, "try", version.name, 0.1)
    assert "v1 answers 10% of the conversations" in asked.text
    assert asked.doubts == ["The gate has not judged it: nobody knows whether it is better"]
    carry_out(store, asked.act, WHO)
    assert store.versions.alias("canary") == version.name
    end = ask(store, "end-trial", "", 0.1)
    assert "The trial of v1 has ended" in carry_out(store, end.act, WHO)
    assert store.versions.alias("canary") is None
    with pytest.raises(NotFoundError, match="no version is on trial"):
        carry_out(store, end.act, WHO)


def test_a_held_version_is_asked_about_with_the_reasons(store: Store) -> None:
    version = add_version(store, held(BASE, "worse on facts"))
    assert ask(store, "promote", version.name, 0.1).doubts == ["The gate held it: worse on facts"]
    assert doubts(store, version.name) == ["The gate held it: worse on facts"]


def test_whoever_was_overtaken_is_told(store: Store) -> None:
    first, second = (add_version(store) for _ in range(2))
    promote(store, first.name, "system")
    promote(store, second.name, "system")
    asked = ask(store, "roll-back", "", 0.1)
    other = ask(store, "promote", first.name, 0.1)
    assert asked.act.version == first.name == before_champion(store)
    roll_back(store, "operator:eve")
    for act in (asked.act, other.act):
        with pytest.raises(InputError, match="somebody else"):
            carry_out(store, act, WHO)
    assert store.versions.alias("champion") == first.name


def test_what_cannot_be_is_refused_before_it_is_asked(store: Store) -> None:
    version = add_version(store)
    with pytest.raises(InputError, match="canary is 0"):
        ask(store, "try", version.name, 0.0)
    with pytest.raises(NotFoundError, match="nothing to roll back to"):
        ask(store, "roll-back", "", 0.1)
    with pytest.raises(NotFoundError, match="no version is on trial"):
        ask(store, "end-trial", "", 0.1)
    promote(store, version.name, "system")
    with pytest.raises(InputError, match="v1 answers everybody already"):
        ask(store, "promote", version.name, 0.1)
