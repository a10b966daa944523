"""What a file is, told by what it holds and never by its name: a picture, a PDF, plain text, or something not taken."""

import unicodedata
from pathlib import PurePath
from typing import IO

import puremagic

from chatbot.errors import InputError
from chatbot.receiving.pictures import KIND as PICTURE
from chatbot.receiving.pictures import KINDS as PICTURES

PDF, TEXT = "application/pdf", "text/plain"
HEAD = 4096  # bytes
WHITE = "\t\n\r\f"
TAKEN = "photos (JPEG, PNG, WebP, GIF), PDF and plain text can be sent"
RUN = ("#!", "<", "%!", "@echo")
"""How what is to be run or drawn begins: scripts, markup, PostScript."""
OTHERS = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".svg", ".pdf"}
"""Endings of what is no text."""


def kind_of(file: IO[bytes], name: str) -> str:
    """The media type under which a file is kept; raises `InputError` with what it seems to be where it is not taken."""
    head = file.read(HEAD)
    file.seek(0)
    if not head:
        raise InputError("this file is empty: it has 0 bytes")
    matches = _matches(head)
    if any(match.mime_type in PICTURES for match in matches):
        return PICTURE
    if head.startswith(b"%PDF-"):
        return PDF
    ending = PurePath(name).suffix.lower()
    if ending not in OTHERS and _is_text(file):
        return TEXT
    looks = next((match.name for match in matches if match.name), "")
    told = f", though its name ends with {ending}" if ending in OTHERS else ""
    told = f" (it looks like: {looks})" if looks else told
    raise InputError(f"what this file holds is not taken{told}: {TAKEN}")


def _matches(head: bytes) -> list[puremagic.PureMagicWithConfidence]:
    try:
        return list(puremagic.magic_string(head))
    except (puremagic.PureError, ValueError):
        return []


def _is_text(file: IO[bytes]) -> bool:
    """Whether all of a file is words to be read, and nothing to be run."""
    content = file.read()
    file.seek(0)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    odd = {c for c in set(text) if unicodedata.category(c) in ("Cc", "Cs", "Cn", "Co")}
    return not odd - set(WHITE) and not text.lstrip().lower().startswith(RUN)
