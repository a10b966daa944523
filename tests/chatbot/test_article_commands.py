"""Articles from the command line: a change is checked, kept and undone; a mistake is one line."""

import io
import json
from pathlib import Path

import pytest

from chatbot.__main__ import commands, main
from chatbot.article_commands import article
from tests.packs import write_pack

LONGER = "# Returns\n\nA lamp can be returned within 60 days of delivery.\n"


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write_pack(tmp_path / "lamps")
    monkeypatch.setenv("CHATBOT_PACK", str(folder))
    monkeypatch.setenv("CHATBOT_ENGINE", "scripted")
    return folder


def test_articles_are_listed_and_shown(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.commands["article"] is article
    assert main(["article", "list"]) == 0
    assert capsys.readouterr().out == "delivery  Delivery\nreturns  Returns\n"
    assert main(["article", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["articles"][1] == {"name": "returns", "title": "Returns"}
    assert main(["article", "show", "returns"]) == 0
    assert capsys.readouterr().out == (shop / "articles/returns.md").read_text(encoding="utf-8")


def test_a_change_from_a_file_is_kept_and_undone(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (shop / "articles/returns.md").read_text(encoding="utf-8")
    (tmp_path / "new.md").write_text(LONGER, encoding="utf-8")
    assert main(["article", "edit", "returns", str(tmp_path / "new.md")]) == 0
    assert capsys.readouterr().out.startswith("change 1: articles/returns.md +1 -7, in ")
    assert main(["article", "edit", "returns", str(tmp_path / "new.md")]) == 0
    assert "nothing changed" in capsys.readouterr().out
    assert main(["article", "undo", "1"]) == 0
    assert (shop / "articles/returns.md").read_text(encoding="utf-8") == before
    capsys.readouterr()
    assert main(["article", "history", "returns"]) == 0
    second, first = capsys.readouterr().out.splitlines()
    assert first.startswith("1  ") and second.endswith("+7 -1, undoes 1") and " operator:" in first
    assert main(["article", "history", "--json"]) == 0
    assert [one["number"] for one in json.loads(capsys.readouterr().out)["changes"]] == [2, 1]


def test_an_article_comes_from_standard_input_and_goes(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"# Candles\n\nNo candles.\n"), encoding="utf-8"))
    assert main(["article", "edit", "candles"]) == 0
    assert (shop / "articles/candles.md").is_file()
    assert main(["article", "remove", "candles"]) == 0
    assert not (shop / "articles/candles.md").exists()
    assert "removed" in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["article", "show", "none"], "articles/none.md does not exist"),
        (["article", "undo", "7"], "change 7 does not exist"),
        (["article", "show", "../pack"], "cannot be changed"),
    ],
)
def test_a_mistake_is_one_line(argv: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and words in err


def test_a_fault_is_told_and_nothing_is_saved(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "new.md").write_text("no title", encoding="utf-8")
    assert main(["article", "edit", "returns", str(tmp_path / "new.md")]) == 2
    assert "articles/returns.md:1: must begin with a title" in capsys.readouterr().err
    assert main(["article", "history"]) == 0 and "nothing was changed" in capsys.readouterr().err
