"""Misspelt words are put right for looking up, and nothing else is touched."""

from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.knowledge.knowledge import open_knowledge
from chatbot.knowledge.packs import Pack, load_pack
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.knowledge.retrieval.spelling import Speller
from tests.packs import write_pack


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return load_pack(write_pack(tmp_path_factory.mktemp("packs") / "lamps"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("how long does delivry to germny take", "how long does delivery to germany take"),
        ("can i retrun a lamp", "can i return a lamp"),
        ("HOW MUCH IS DELIVRY", "HOW MUCH IS delivery"),
        ("How long does delivery take?", "How long does delivery take?"),
    ],
)
def test_it_corrects_towards_the_words_of_the_pack(pack: Pack, written: str, meant: str) -> None:
    assert Speller(pack).correct(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("gettin' owt wi'oot payin'", "getting anything without paying"),
        ("'ow long does t'delivery tek", "how long does the delivery take"),
        ("can i return it wivout a reason", "can i return it without a reason"),
        ("Hoo mony lamps shud ah send back?", "how many lamps should I send back?"),
    ],
)
def test_it_spells_out_what_is_written_as_it_is_spoken(pack: Pack, written: str, meant: str) -> None:
    assert Speller(pack).correct(written) == meant


def test_a_long_word_is_known_by_its_sound(pack: Pack) -> None:
    speller = Speller(pack.__class__(**vars(pack) | {"pieces": [replace(pack.pieces[0], text="a prescription")]}))
    assert speller.correct("my perscripshun") == "my prescription"


@pytest.mark.parametrize("text", ["", "to Kowalczyk please", "u r gr8", "ring 0163 296 0140", "ab@mail.example", "🌟"])
def test_it_leaves_names_short_words_and_figures(pack: Pack, text: str) -> None:
    assert Speller(pack).correct(text) == text


def test_it_leaves_a_language_without_a_dictionary(pack: Pack) -> None:
    welsh = pack.persona.model_copy(update={"language": "cy"})
    assert Speller(pack.__class__(**vars(pack) | {"persona": welsh})).correct("delivry") == "delivry"


def test_a_misspelt_question_finds_what_it_means(tmp_path: Path) -> None:
    pack = load_pack(write_pack(tmp_path / "lamps"))
    index = open_knowledge(pack, HashedEmbedder(), HashedEmbedder()).index
    asked, meant = (index.search([text], 1)[0] for text in ("delivry to germny", "delivery to germany"))
    assert asked == meant
