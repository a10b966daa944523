"""What is sealed comes back to the byte by its passphrase alone; whatever else is read is refused."""

import io

import pytest

from chatbot.errors import InputError
from chatbot.store.sealed import MAGIC, PIECE_BYTES, SALT_BYTES, SealedReader, SealedWriter, check_passphrase, is_sealed

PASSPHRASE = "four words at least"
HEADER = len(MAGIC) + SALT_BYTES
SEALED_PIECE = PIECE_BYTES + 16


def sealed(content: bytes, passphrase: str = PASSPHRASE) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, passphrase)
    for start in range(0, len(content), 300_000):
        writer.write(content[start : start + 300_000])
    writer.close()
    return file.getvalue()


def opened(file: bytes, passphrase: str = PASSPHRASE) -> bytes:
    reader = SealedReader(io.BytesIO(file), passphrase)
    found = bytearray()
    while piece := reader.read(70_000):
        found += piece
    reader.finish()
    return bytes(found)


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])
def test_contents_of_every_size_come_back(size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    file = sealed(content[:size])
    assert opened(file) == content[:size]
    assert b"\x01\x02\x03\x04\x05\x06" not in file and is_sealed(io.BytesIO(file))


def test_the_same_content_is_never_sealed_the_same_way() -> None:
    assert sealed(b"content")[HEADER:] != sealed(b"content")[HEADER:]
    assert opened(sealed(b"content", "é" * 12), "e\u0301" * 12) == b"content"


def test_a_wrong_passphrase_is_refused() -> None:
    with pytest.raises(InputError, match="not the one that the backup was made with"):
        opened(sealed(b"content"), "four words at most")


@pytest.mark.parametrize("place", [0, len(MAGIC), HEADER, HEADER + 7, HEADER + SEALED_PIECE, -1])
def test_a_changed_byte_is_refused(place: int) -> None:
    file = bytearray(sealed(bytes(2 * PIECE_BYTES + 9)))
    file[place] ^= 1
    with pytest.raises(InputError, match="changed"):
        opened(bytes(file))


@pytest.mark.parametrize("left", [0, 20, HEADER, HEADER + 5, HEADER + SEALED_PIECE, HEADER + 2 * SEALED_PIECE, -1])
def test_a_cut_file_is_refused(left: int) -> None:
    with pytest.raises(InputError, match=r"cut short|changed"):
        opened(sealed(bytes(2 * PIECE_BYTES + 9))[:left])


def test_pieces_that_were_moved_or_added_are_refused() -> None:
    file = sealed(bytes(2 * PIECE_BYTES + 9))
    first, second = (file[HEADER + n * SEALED_PIECE : HEADER + (n + 1) * SEALED_PIECE] for n in (0, 1))
    for moved in (file[:HEADER] + second + first + file[HEADER + 2 * SEALED_PIECE :], file + first, file + b"x"):
        with pytest.raises(InputError, match="changed"):
            opened(moved)


def test_a_short_passphrase_and_another_file_are_told() -> None:
    with pytest.raises(InputError, match="at least 12"):
        check_passphrase("short")
    assert not is_sealed(io.BytesIO(b"SQLite format 3"))
