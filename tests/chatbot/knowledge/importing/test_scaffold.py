"""From a folder of Markdown and a table of past answers to a pack, and what is wrong with either in one line."""

from pathlib import Path

import pytest

from chatbot.__main__ import main
from chatbot.errors import InputError
from chatbot.knowledge.importing.scaffold import write_scaffold
from chatbot.knowledge.inspection import inspect_pack
from chatbot.knowledge.packs import load_pack

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
        ("answers.csv", "query,response\nГде заказ?,В пути.\n".encode("cp1251"), "neither UTF-8 nor Windows-1252"),
        ("answers.csv", b"PK\x03\x04\x14", "save it as CSV UTF-8"),
        ("answers.csv", b"heading,body\na,b\n", "'heading', 'body'"),
        ("answers.csv", b"query,response\n", "nothing below its first line"),
    ],
)
def test_what_cannot_be_read_is_named_and_nothing_is_written(
    tmp_path: Path, policies: Path, answers: Path, file: str, content: bytes, said: str
) -> None:
    (tmp_path / file).write_bytes(content)
    with pytest.raises(InputError, match=said) as raised:
        write_scaffold(tmp_path / "shop", policies, answers)
    assert file in str(raised.value) and "nothing was written" in str(raised.value)
    assert not (tmp_path / "shop").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path, policies: Path, answers: Path) -> None:
    with pytest.raises(InputError, match="not an empty folder"):
        write_scaffold(policies)
    assert sorted(path.name for path in policies.iterdir()) == ["care.md", "contact.md"]
    with pytest.raises(InputError, match="is not a folder"):
        write_scaffold(tmp_path / "shop", tmp_path / "nowhere")
    with pytest.raises(InputError, match="is a file"):
        write_scaffold(tmp_path / "shop", answers)


def test_nothing_half_written_stays_of_a_pack_that_would_not_load(
    tmp_path: Path, policies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.knowledge.importing.scaffold.OWN", "Reaching us/")
    for folder in (tmp_path / "new", tmp_path / "there"):
        (tmp_path / "there").mkdir(exist_ok=True)
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(InputError, match="nothing was written"):
            write_scaffold(folder, policies)
        assert sorted(tmp_path.rglob("*")) == before


def test_a_pack_that_would_not_load_names_its_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.knowledge.importing.scaffold.RULE", 'action = "no such action"\n')
    with pytest.raises(InputError, match=r"(?s)nothing was written.*rules/harm\.toml: action"):
        write_scaffold(tmp_path / "shop")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("folder", "name"), [("Über uns", "uber-uns"), ("Shop_2", "shop-2"), ("退货", "tuihuo")])
def test_the_name_of_the_pack_is_made_of_its_folder(tmp_path: Path, folder: str, name: str) -> None:
    write_scaffold(tmp_path / folder)
    assert load_pack(tmp_path / folder).name == name


def test_an_empty_folder_is_filled_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_scaffold(Path())
    assert load_pack(tmp_path).pieces and not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_intents_of_any_wording_become_slugs_of_their_own(tmp_path: Path) -> None:
    long = "a customer asks for the state of an order: "
    intents = ["Shipping & Delivery", "Rückfragen/Allgemein", "退货", "???", "", f"{long} old", f"{long} new", "a_b-c"]
    file = tmp_path / "answers.csv"
    file.write_text("query,response,intent\n" + "".join(f"Q?,Yes.,{intent}\n" for intent in intents), encoding="utf-8")
    write_scaffold(tmp_path / "shop", None, file)
    found = [pair.intent for pair in load_pack(tmp_path / "shop").pairs[-len(intents) :]]
    assert found[:3] == ["shipping_delivery", "ruckfragen_allgemein", "tuihuo"]
    assert found[-1] == "a_b-c" and found[5] != found[6] and max(map(len, found)) <= 40


def test_a_source_is_found_by_its_file_and_one_that_is_no_article_is_told(tmp_path: Path, policies: Path) -> None:
    file = tmp_path / "answers.csv"
    text = "Wool rugs are vacuumed weekly."
    file.write_text(
        f"query,response,source\na,{text},Contact.md\nb,{text},zendesk\nc,{text},persona\n", encoding="utf-8"
    )
    taken = write_scaffold(tmp_path / "shop", policies, file)
    assert [pair.source for pair in load_pack(tmp_path / "shop").pairs[-3:]] == ["contact", "care", "persona"]
    assert taken.lines[0] == "took 2 articles and 3 past answers"
    assert taken.lines[1].startswith("1 row names a source that is no article")


def test_the_command_says_what_was_taken_and_what_was_not(
    tmp_path: Path, policies: Path, answers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (policies / "terms.pdf").write_bytes(b"%PDF")
    argv = ["pack", "new", str(tmp_path / "shop"), "--articles", str(policies), "--answers", str(answers)]
    assert main(argv) == 0
    took, left_out, works = capsys.readouterr().out.splitlines()
    assert took == "took 2 articles and 1 past answer" and left_out.startswith("left out: terms.pdf (")
    assert "is a working pack" in works and main(["pack", "check", str(tmp_path / "shop")]) == 0
    answers.write_text("query,response\na,5, or 6\n", encoding="utf-8")
    assert main([*argv[:2], str(tmp_path / "other"), *argv[3:]]) == 2
    out, err = capsys.readouterr()
    assert "line 2 has 3 cells" in err and err.count("\n") == 1 and "working pack" not in out
