"""A form that nobody changed changes nothing in the file; what was changed is read back from it."""

import tomllib

import pytest

from chatbot.knowledge.editing.forms import PersonaForm, RuleForm
from chatbot.knowledge.packs import Rule, load_pack
from chatbot.knowledge.persona import Persona
from chatbot.pack_folders import DATA


@pytest.mark.parametrize("name", ["larkspur", "clinic"])
def test_what_nobody_changed_stays_to_the_letter(name: str) -> None:
    pack = load_pack(DATA / name)
    file = (pack.folder / "pack.toml").read_text(encoding="utf-8")
    assert PersonaForm.of(pack.persona).written(file) == file
    for rule in pack.rules[:3]:
        text = (pack.folder / "rules" / f"{rule.name}.toml").read_text(encoding="utf-8")
        assert RuleForm.of(rule).written(text) == text, rule.name


def test_a_changed_persona_is_read_back() -> None:
    pack = load_pack(DATA / "larkspur")
    file = (pack.folder / "pack.toml").read_text(encoding="utf-8")
    form = PersonaForm.of(pack.persona).model_copy(
        update={"greeting": "Good day!", "suggestions": ["One?", " ", "Two?"], "phone": "", "texts": {"ask": "Ask me"}}
    )
    read = Persona.model_validate(tomllib.loads(form.written(file)))
    assert (read.greeting, read.suggestions, read.contact.phone) == ("Good day!", ["One?", "Two?"], "")
    assert read.texts.ask == "Ask me" and read.texts.person == "Talk to a person"
    assert read.handoff == pack.persona.handoff and read.system == pack.persona.system


def test_a_new_rule_is_written_from_its_form() -> None:
    form = RuleForm(
        action="decline", message="No politics.", examples=["a", "b", "c", "d", "e"], unlike=["f"], sure=0.4
    )
    read = Rule.model_validate(tomllib.loads(form.written("")) | {"name": "politics"})
    assert (read.sure, read.unlike, read.replies) == (0.4, ["f"], [])
    assert RuleForm.of(read) == form
