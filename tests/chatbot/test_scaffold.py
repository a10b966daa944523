"""From a folder of Markdown and a table of past answers to a pack, and what is wrong with either in one line."""

from pathlib import Path

import pytest

from chatbot.errors import InputError
from chatbot.knowledge.inspection import inspect_pack
from chatbot.knowledge.packs import load_pack
from chatbot.knowledge.scaffold import write_scaffold

CARE = "Wool rugs are vacuumed weekly and never washed at home.\n"
CONTACT = "# Contact\n\n## Letters\n\nLetters to PO Box 12 are answered within 9 days.\n"
ANSWERS = "query,response,intent\nhow do i clean a wool rug,Wool rugs are vacuumed weekly and never washed.,rug care\n"


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "care.md").write_text(CARE, encoding="utf-8")
    (folder / "contact.md").write_text(CONTACT, encoding="utf-8")
    return folder


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    file = tmp_path / "answers.csv"
    file.write_text(ANSWERS, encoding="utf-8")
    return file


def test_the_smallest_pack_loads_without_a_remark(tmp_path: Path) -> None:
    write_scaffold(tmp_path / "shop")
    assert inspect_pack(load_pack(tmp_path / "shop")) == []


def test_what_somebody_has_becomes_a_pack(tmp_path: Path, policies: Path, answers: Path) -> None:
    write_scaffold(tmp_path / "shop", policies, answers)
    pack = load_pack(tmp_path / "shop")
    assert {piece.article for piece in pack.pieces} == {"care", "contact", "reaching-us"}
    assert (tmp_path / "shop" / "articles" / "contact.md").read_text(encoding="utf-8") == CONTACT
    pair = pack.pairs[-1]
    assert (pair.query, pair.intent, pair.source) == ("how do i clean a wool rug", "rug_care", "care")


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("policies/care.md", "Wäsche".encode("latin-1"), "care.md"),
        ("answers.csv", "query,response\nWäsche?,Nein.\n".encode("latin-1"), "answers.csv"),
        ("policies/care.md", b" \n", "holds no text"),
        ("answers.csv", b"question,answer\na,b\n", "query and response"),
    ],
)
def test_what_cannot_be_read_is_named_and_nothing_is_written(
    tmp_path: Path, policies: Path, answers: Path, file: str, content: bytes, said: str
) -> None:
    (tmp_path / file).write_bytes(content)
    with pytest.raises(InputError, match=said) as raised:
        write_scaffold(tmp_path / "shop", policies, answers)
    assert "nothing was written" in str(raised.value) and not (tmp_path / "shop").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path, policies: Path) -> None:
    with pytest.raises(InputError, match="not an empty folder"):
        write_scaffold(policies)
    assert sorted(path.name for path in policies.iterdir()) == ["care.md", "contact.md"]
    with pytest.raises(InputError, match=r"holds no \.md file"):
        write_scaffold(tmp_path / "shop", tmp_path / "nowhere")
