"""What visitors say about themselves is found in their own words, and nothing that they only ask about."""

import time
from pathlib import Path

import pytest

from chatbot.dialogue.self_told import fits, told_of_self
from chatbot.knowledge.memory_fields import MemoryField
from chatbot.knowledge.packs import load_pack

DATA = Path(__file__).resolve().parents[3] / "data"
FIELDS = {
    "name": MemoryField(label="Name", phrases=["my name is *", "I'm called *"], words=3),
    "home": MemoryField(label="Lives in", phrases=["I live in *", "I live on the *"]),
    "product": MemoryField(
        label="Has", phrases=["I have a *", "my * is from you"], values=["lamp", "floor lamp", "rug"], finds=True
    ),
    "style": MemoryField(label="Likes", phrases=["keep it short"]),
}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Hi, my name is Ada. How do I clean it?", {"name": "Ada"}),
        ("my name is ada and I have a brass Floor Lamp", {"name": "ada", "product": "Floor Lamp"}),
        ("I’m called Will.", {"name": "Will"}),
        ("I live on the Isle of Skye, how much is delivery?", {"home": "Isle of Skye"}),
        ("I live in Newcastle upon Tyne because of work", {"home": "Newcastle upon Tyne"}),
        ("Hello please keep it short. What does it cost?", {"style": "keep it short"}),
        ("My name is Jo-Ann O'Neil, thanks. Sorry, my name is Jo", {"name": "Jo"}),
        ("But my rug is from you!", {"product": "rug"}),
        ("my name is\nBo", {"name": "Bo"}),
    ],
)
def test_values_are_the_visitors_own_words(said: str, told: dict[str, str]) -> None:
    found = told_of_self(FIELDS, said, "en")
    assert found == told
    assert all(value in said for value in found.values())


@pytest.mark.parametrize(
    "said",
    [
        "Do I have a rug?",
        "Can I have a rug, please",
        "If I have a rug, may I send it back?",
        "How do I clean a lamp?",
        "I live in a flat",
        "I have asthma and I have a rash",
        "my name is on the list",
        "my name is Ada Lovelace King Byron of England",
        "",
    ],
)
def test_what_is_asked_or_unclear_tells_nothing(said: str) -> None:
    assert told_of_self(FIELDS, said, "en") == {}


@pytest.mark.parametrize("said", ["and " * 1000, "my " * 1300, "I have a " * 450, "hi, " * 1000 + "my name is Ada"])
def test_a_long_message_is_heard_at_once(said: str) -> None:
    began = time.process_time()
    told_of_self(FIELDS, said, "en")
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    "said",
    [
        "My name is Ada and I have diabetes.",
        "I have asthma, I take metformin, and I speak Polish.",
        "I prefer my pills by post because of my depression",
        "I speak badly since my stroke",
    ],
)
def test_nothing_about_health_is_heard_in_the_clinic(said: str) -> None:
    told = told_of_self(load_pack(DATA / "clinic").persona.memory.fields, said, "en")
    assert set(told.values()) <= {"Ada", "Polish", "by post"}


def test_what_is_typed_into_the_list_has_to_fit_the_field() -> None:
    assert fits(FIELDS["product"], "Rug") and not fits(FIELDS["product"], "my asthma")
    assert fits(FIELDS["name"], "Ada Lovelace") and not fits(FIELDS["name"], "a b c d")
    assert fits(FIELDS["style"], "keep it short") and not fits(FIELDS["name"], "")
