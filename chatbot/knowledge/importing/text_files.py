"""Text files as people save them: the encoding is found, and a file that is no text says so."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

MARKS = (  # the longest first: the mark of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
OTHER_FORMATS = {  # what files of other programs begin with
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a file of Excel, Word or another program, packed as ZIP",
    b"\xd0\xcf\x11\xe0": "a file of an old Excel or Word",
    b"{\\rtf": "a rich text file",
}
UTF8_LETTER = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
FOREIGN_WORD = re.compile(rb"[\x80-\xff]{3,}")
BINARY = re.compile("[\x00-\x08\x0e-\x1f\ufffd]")
MOST_FOREIGN = 0.3  # of the letters beyond ASCII, in words of nothing else: no western language in Windows-1252 has it


@dataclass(frozen=True)
class TextFile:
    """The text of a file without byte order mark, its lines ended by newlines, and the encoding it was read in."""

    text: str
    encoding: str


class NotTextError(Exception):
    """A file that holds no text that could be read; says why."""


def read_text_file(path: Path) -> TextFile:
    """Read a file in UTF-8, UTF-16, UTF-32 or Windows-1252; raises `NotTextError` for what is none of these."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotTextError(f"cannot be read: {error.strerror}") from None
    for start, what in OTHER_FORMATS.items():
        if data.startswith(start):
            raise NotTextError(f"{what}, not a text file")
    text, encoding = _decoded(data)
    if "\0" in text:
        raise NotTextError("not a text file")
    return TextFile(text.replace("\r\n", "\n").replace("\r", "\n"), encoding)


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, codec, name in MARKS:
        if data.startswith(mark):
            try:
                return data.decode(codec), name
            except UnicodeDecodeError as error:
                raise NotTextError(f"not {name} throughout (byte {error.start})") from None
    if codec := _unmarked_utf16(data):
        text = data.decode(codec, errors="replace")
        if BINARY.search(text):
            raise NotTextError("not a text file")
        return text, "UTF-16"
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError as error:
        fault = f"neither UTF-8 nor Windows-1252 (byte {error.start})"
    beyond = sum(byte > 0x7F for byte in data)
    foreign = sum(map(len, FOREIGN_WORD.findall(data)))
    if UTF8_LETTER.search(data) or foreign > MOST_FOREIGN * beyond:
        raise NotTextError(fault)
    try:
        return data.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        raise NotTextError(fault) from None


def _unmarked_utf16(data: bytes) -> str:
    """The codec of UTF-16 without a mark, which shows by the zero bytes of its ASCII letters; "" for anything else."""
    start = data[:400]
    if start.count(0) * 5 < len(start) or not start:
        return ""
    return "utf-16-be" if start[::2].count(0) > start[1::2].count(0) else "utf-16-le"
