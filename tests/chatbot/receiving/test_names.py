"""Names that strangers give files: what of them is kept."""

import pytest

from chatbot.receiving.names import LONGEST, safe_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("lamp.jpg", "lamp.jpg"),
        ("lamp.PNG", "lamp.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\me\\lamp.png.exe", "lamp.png.jpg"),
        ("a\u202egpj.exe", "agpj.jpg"),
        ("\x00\r\n\t\x1b[31m.jpg", "[31m.jpg"),
        ("..", "file.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("", "file.jpg"),
        ('<b>"x"|?*.jpg', "bx.jpg"),
        ("Ünï cødé 📷.heic", "Ünï cødé 📷.jpg"),
        ("a" * 400 + ".png", "a" * LONGEST + ".jpg"),
        ("e\u0301.jpg", "é.jpg"),
    ],
)
def test_a_name_has_no_path_nothing_unseen_and_the_ending_of_what_the_file_holds(given: str, kept: str) -> None:
    assert safe_name(given, "image/jpeg") == kept


def test_the_ending_is_that_of_the_kind() -> None:
    assert [safe_name("x.exe", kind) for kind in ("application/pdf", "text/plain")] == ["x.pdf", "x.txt"]
