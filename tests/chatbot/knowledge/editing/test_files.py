"""Texts are kept with plain line ends, and written whole or not at all."""

from pathlib import Path

import pytest

from chatbot.errors import InputError
from chatbot.knowledge.editing.files import LONGEST, PackFile, read_file, tidied, write_file


def test_lines_end_alike() -> None:
    assert tidied("# A\r\n\r\nb  \r\n\r\n") == "# A\n\nb\n"


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(InputError, match="null character"):
        tidied("a\0b")
    with pytest.raises(InputError, match="make two of it"):
        tidied("a" * (LONGEST + 1))


def test_a_text_has_a_revision_and_no_text_has_none() -> None:
    assert PackFile("pack.toml", None).revision == ""
    assert PackFile("pack.toml", "a").revision != PackFile("pack.toml", "b").revision


def test_a_file_keeps_its_mode_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    write_file(tmp_path, "articles/a.md", "# A\n")
    (tmp_path / "articles/a.md").chmod(0o640)
    write_file(tmp_path, "articles/a.md", "# B\n")
    assert read_file(tmp_path, "articles/a.md").text == "# B\n"
    assert (tmp_path / "articles/a.md").stat().st_mode & 0o777 == 0o640
    assert [path.name for path in (tmp_path / "articles").iterdir()] == ["a.md"]
    write_file(tmp_path, "articles/a.md", None)
    assert read_file(tmp_path, "articles/a.md").text is None
