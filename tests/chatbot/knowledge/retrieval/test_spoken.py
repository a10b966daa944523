"""What is written as it is spoken becomes known words by the language's file, and a language is added as a file."""

from pathlib import Path

import pytest

from chatbot.knowledge.retrieval import spoken as module
from chatbot.knowledge.retrieval.spoken import Spoken, spoken

KNOWN = {"delivery", "getting", "how", "bother", "everything", "without", "think", "five", "off"}


@pytest.fixture(scope="module")
def english() -> Spoken:
    found = spoken("en")
    assert found
    return found


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Owt", "anything"),
        ("wi’oot", "without"),
        ("t'delivery", "the delivery"),
        ("t'elsewhere", "t'elsewhere"),
        ("gettin'", "getting"),
        ("'ow", "how"),
        ("'ow'", "how"),
        ("bovver", "bother"),
        ("everyfing", "everything"),
        ("wivout", "without"),
        ("fink", "think"),
        ("five off", "five off"),
        ("vase", "vase"),
        ("a1 f00", "a1 f00"),
    ],
)
def test_a_word_becomes_a_known_one_or_stays(english: Spoken, written: str, meant: str) -> None:
    assert english.spelt_out(written, KNOWN.__contains__) == meant


def test_every_word_of_the_file_is_one_that_a_text_can_hold(english: Spoken) -> None:
    for word in english.words:
        assert module.TOKEN.fullmatch(word) and word == word.lower(), word
        assert english.spelt_out(word, KNOWN.__contains__) == english.words[word]


def test_a_language_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HERE", tmp_path)
    text = 'beginnings = {}\nendings = {}\nsounds = []\n[words]\nik = "ich"\n'
    (tmp_path / "spoken.xx.toml").write_text(text, encoding="utf-8")
    german = spoken("xx")
    assert german and german.spelt_out("ik will", KNOWN.__contains__) == "ich will"
    assert spoken("yy") is None
    spoken.cache_clear()


def test_a_beginning_alone_is_no_word(english: Spoken) -> None:
    assert english.spelt_out("down t' shop", {"down", "the", "shop"}.__contains__) == "down t' shop"
