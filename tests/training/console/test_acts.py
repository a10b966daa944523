"""What an operator does about versions: said before, done once, and not where somebody was faster."""

import pytest

from chatbot.errors import InputError, NotFoundError, UserError
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE
from chatbot.weights import SMOLLM2
from tests.training.console.made import add_version, held
from training.console.acts import Act, ask, before_champion, carry_out, doubts
from training.release.publish import promote, roll_back

WHO = "operator:olga"
SETTINGS = Settings(engine="scripted")


def test_a_version_is_promoted_and_rolled_back(store: Store) -> None:
    version = add_version(store, {"decision": "promote", "against": BASE, "reasons": []})
    asked = ask(store, SETTINGS, "promote", version.name)
    assert asked.text == "v1 answers everybody from now on, instead of the base model."
    assert asked.doubts == []
    assert carry_out(store, SETTINGS, asked.act, WHO).startswith("v1 answers from now on")
    back = ask(store, SETTINGS, "roll-back", "")
    assert back.text == "The base model answers everybody again, instead of v1."
    assert carry_out(store, SETTINGS, back.act, WHO).startswith("The base model answers")
    assert store.versions.resolve("champion") == BASE


def test_a_version_is_tried_and_the_trial_ended(store: Store) -> None:
    version = add_version(store)
    asked = ask(store, SETTINGS, "try", version.name)
    assert "v1 answers 10% of the conversations" in asked.text
    assert asked.doubts == ["The gate has not judged it: nobody knows whether it is better"]
    carry_out(store, SETTINGS, asked.act, WHO)
    assert store.versions.alias("canary") == version.name
    end = ask(store, SETTINGS, "end-trial", "")
    assert "The trial of v1 has ended" in carry_out(store, SETTINGS, end.act, WHO)
    assert store.versions.alias("canary") is None
    with pytest.raises(NotFoundError, match="no version is on trial"):
        carry_out(store, SETTINGS, end.act, WHO)


def test_a_held_version_is_asked_about_with_the_reasons(store: Store) -> None:
    version = add_version(store, held(BASE, "worse on facts"))
    assert ask(store, SETTINGS, "promote", version.name).doubts == ["The gate held it: worse on facts"]
    assert doubts(store, version.name) == ["The gate held it: worse on facts"]


def test_whoever_was_overtaken_is_told(store: Store) -> None:
    first, second = (add_version(store) for _ in range(2))
    promote(store, first.name, "system")
    promote(store, second.name, "system")
    asked = ask(store, SETTINGS, "roll-back", "")
    other = ask(store, SETTINGS, "promote", first.name)
    assert asked.act.version == first.name == before_champion(store)
    roll_back(store, "operator:eve")
    for act in (asked.act, other.act):
        with pytest.raises(InputError, match="somebody else"):
            carry_out(store, SETTINGS, act, WHO)
    assert store.versions.alias("champion") == first.name


def test_what_cannot_be_is_refused_before_it_is_asked(store: Store) -> None:
    version = add_version(store)
    with pytest.raises(InputError, match="canary is 0"):
        ask(store, SETTINGS.model_copy(update={"canary": 0}), "try", version.name)
    with pytest.raises(NotFoundError, match="nothing to roll back to"):
        ask(store, SETTINGS, "roll-back", "")
    with pytest.raises(NotFoundError, match="no version is on trial"):
        ask(store, SETTINGS, "end-trial", "")
    promote(store, version.name, "system")
    with pytest.raises(InputError, match="v1 answers everybody already"):
        ask(store, SETTINGS, "promote", version.name)


def test_a_version_of_another_base_waits_for_it(store: Store) -> None:
    version, serves = add_version(store), Settings(engine="openvino", base_model=SMOLLM2.name)
    words = "trained on base 'base', and base_model here is 'smollm2-135m-instruct': set `base_model` to 'base'"
    with pytest.raises(UserError, match=words):
        ask(store, serves, "promote", version.name)
    with pytest.raises(UserError, match=words):
        carry_out(store, serves, Act("try", version.name, BASE, 0.1), WHO)
    assert store.versions.alias("canary") is None
