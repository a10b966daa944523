"""What a file is, whatever it is called."""

from io import BytesIO

import pytest

from chatbot.errors import InputError
from chatbot.receiving.kinds import kind_of
from tests.pictures import PDF, SCRIPT, SVG, picture

HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.jpg", picture(), "image/jpeg"),
        ("a.exe", picture(form="PNG"), "image/jpeg"),
        ("a", picture(form="WEBP"), "image/jpeg"),
        ("a.txt", picture(form="GIF"), "image/jpeg"),
        ("a.pdf", PDF, "application/pdf"),
        ("error.log", "2026-01-01 ERROR: größer\r\n\tat x 👩\u200d🔧".encode(), "text/plain"),
        ("a.csv", b"\xef\xbb\xbfa;b\n1;2\n", "text/plain"),
    ],
)
def test_a_kind_is_told_by_what_a_file_holds(name: str, content: bytes, kind: str) -> None:
    file = BytesIO(content)
    assert kind_of(file, name) == kind and file.tell() == 0


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("photo.png", SCRIPT, r"ends with \.png"),
        ("photo.png", b"just words", r"ends with \.png"),
        ("run.sh", SCRIPT, "not taken"),
        ("x.svg", SVG, "Scalable Vector Graphics"),
        ("x.txt", SVG, "Scalable Vector Graphics"),
        ("x.txt", b"  <!DOCTYPE html><script>", "not taken"),
        ("x.txt", b"<?php system($_GET[0]);", "not taken"),
        ("x.txt", b"words\x00and a zero", "not taken"),
        ("x.txt", b"\xff\xfeh\0i\0", "not taken"),
        ("x.heic", HEIC, "HEIF"),
        ("x.zip", b"PK\x03\x04" + bytes(60), "not taken"),
        ("x.exe", b"MZ" + bytes(200), "not taken"),
        ("x.jpg", b"", "0 bytes"),
    ],
)
def test_anything_else_is_refused_in_words(name: str, content: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        kind_of(BytesIO(content), name)
