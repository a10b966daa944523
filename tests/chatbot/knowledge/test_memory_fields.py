"""What a pack may have its bot remember, and what is wrong with fields that nothing could be heard by."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from chatbot.errors import PackError
from chatbot.knowledge.memory_fields import Memory, MemoryField
from chatbot.knowledge.packs import load_pack
from tests.packs import PERSONA

DATA = Path(__file__).resolve().parents[3] / "data"
FIELD = '[memory.fields.{}]\nlabel = "One"\nphrases = ["My  name is *"]\n'


def test_without_fields_nothing_is_remembered() -> None:
    assert Memory().fields == {} and Memory().means.startswith("Off by default")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"phrases": ["* is my name"]}, "give words and then one"),
        ({"phrases": ["my * and *"]}, "give words and then one"),
        ({"phrases": []}, "at least 1 item"),
        ({"phrases": ["keep it short"], "values": ["short"]}, "no phrase has a"),
        ({"phrases": ["I have a *"], "values": ["one two three four five"]}, "raise that"),
        ({"phrases": ["I have a *"], "wordz": 3}, "Extra inputs"),
    ],
)
def test_what_could_not_be_heard_is_a_fault(given: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        MemoryField.model_validate({"label": "Field"} | given)


def test_pack_check_tells_a_phrase_of_two_fields(pack_folder: Path) -> None:
    text = PERSONA + "".join(FIELD.format(name) for name in ("one", "two"))
    (pack_folder / "pack.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match=r"memory: fields\.two: phrase 'My  name is \*' stands in 'one' too"):
        load_pack(pack_folder)


@pytest.mark.parametrize("name", ["larkspur", "clinic"])
def test_the_shipped_packs_name_sensible_fields(name: str) -> None:
    memory = load_pack(DATA / name).persona.memory
    assert {"name", "style"} <= memory.fields.keys() and "Off by default" in memory.means


def test_the_clinic_keeps_free_words_of_the_name_alone() -> None:
    fields = load_pack(DATA / "clinic").persona.memory.fields
    starred = {name for name, one in fields.items() if any("*" in phrase for phrase in one.phrases) and not one.values}
    assert starred == {"name"}
