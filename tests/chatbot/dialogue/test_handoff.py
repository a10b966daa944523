"""Which replies offer a person, told by the words that the pack itself uses."""

from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.dialogue.handoff import offers_person, says_yes
from chatbot.knowledge.packs import Pack, load_pack


@pytest.fixture
def pack(pack_folder: Path) -> Pack:
    return load_pack(pack_folder)


@pytest.mark.parametrize(
    ("reply", "offers"),
    [
        ("I don't know how bright they are. Shall I ask a colleague?", True),
        ("That isn't in my information. A colleague can check before you buy. Would you like that?\n", True),
        ("A colleague could find out. Shall I?", True),
        ("I can explain how codes work. Shall I?", False),
        ("A colleague can take over the chat until 5 pm.", False),
        ("A colleague looks at each photo. Is the lamp in your hall broken or is it the one upstairs?", False),
        ("Did somebody else order it for you?", False),
        ("A return costs £3.50.", False),
        ("", False),
    ],
)
def test_a_reply_offers_a_person_where_it_ends_by_asking(pack: Pack, reply: str, offers: bool) -> None:
    assert offers_person(pack, reply) == offers


@pytest.mark.parametrize(
    ("text", "accepts"),
    [
        ("yes please", True),
        ("yes pleese get somebody", True),
        ("yes. and I am going to complain about this", True),
        ("Yes please! How long will it take?", True),
        ("ok. how do i return a lamp", False),
        ("yes but how much is it", False),
        ("no. leave it", False),
        ("", False),
    ],
)
def test_an_offer_is_accepted_by_a_plain_yes_whatever_follows(text: str, accepts: bool) -> None:
    assert says_yes(text) == accepts


def test_what_a_pack_says_when_it_does_not_know_offers_a_person_in_any_words(pack: Pack) -> None:
    unknown = "Das weiß ich leider nicht. Soll ich eine Kollegin holen?"
    handoff = pack.persona.handoff.model_copy(update={"message": "Eine Kollegin übernimmt gleich."})
    persona = pack.persona.model_copy(update={"unknown": unknown, "handoff": handoff})
    german = replace(pack, persona=persona)
    assert offers_person(pack, pack.persona.unknown)
    assert offers_person(german, f"Es tut mir leid.\n\n{unknown}")
    assert offers_person(german, "Die Lampe ist ausverkauft. Möchten Sie mit einer Kollegin sprechen? Eine Kollegin?")
    assert not offers_person(german, "Shall I ask a colleague?")
    terse = persona.model_copy(update={"unknown": "Keine Ahnung, ja?"})
    assert offers_person(replace(pack, persona=terse), "Keine Ahnung, ja?")
