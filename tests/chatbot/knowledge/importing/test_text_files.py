"""A text file is read in the encoding that it was saved in, and what is no text says what it is."""

from pathlib import Path

import pytest

from chatbot.knowledge.importing.text_files import NotTextError, read_text_file

TEXT = "Über £5 – naïve café\nand more"


@pytest.mark.parametrize(
    ("codec", "named"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, codec: str, named: str) -> None:
    (tmp_path / "a.txt").write_bytes(TEXT.replace("\n", "\r\n").encode(codec))
    read = read_text_file(tmp_path / "a.txt")
    assert (read.text, read.encoding) == (TEXT, named)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.7", "a PDF"),
        (b"PK\x03\x04rest", "Excel, Word"),
        (b"{\\rtf1", "rich text"),
        (b"a\0b", "not a text file"),
        (b"\xff\xfea", "not UTF-16 throughout"),
        ("Добрый день".encode("cp1251"), "neither UTF-8 nor Windows-1252"),
        ("café".encode() + b"\xff", "neither UTF-8 nor Windows-1252"),
    ],
)
def test_what_is_no_text_says_why(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(NotTextError, match=said):
        read_text_file(tmp_path / "a.txt")


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotTextError, match="No such file"):
        read_text_file(tmp_path / "nowhere.txt")
