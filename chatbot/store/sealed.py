"""Files that only a passphrase opens, written and read in pieces; each piece is authentic, or reading ends there.

A file is `MAGIC`, which names this format's version, a salt of 16 bytes, and pieces of 1 MiB (the last is shorter),
each encrypted with AES-256-GCM and therefore 16 bytes longer. The key is Argon2id of the passphrase and the salt, with
the second set of parameters of RFC 9106. A piece's nonce is its number and whether it is the last one, so that none can
be left out, moved or added (STREAM, Hoang, Reyhanitabar, Rogaway and Vizár 2015); beginning and salt are authenticated
with each. Nobody can tell how long the passphrase is, but everybody how long the content is.
"""

import os
import unicodedata
from typing import BinaryIO

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chatbot.errors import InputError

MAGIC = b"chatbot sealed 1"
SALT_BYTES = 16
TAG_BYTES = 16
PIECE_BYTES = 2**20
SHORTEST_PASSPHRASE = 12


def check_passphrase(passphrase: str) -> None:
    """Raise `InputError` for a passphrase that is too short to seal with."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise InputError(f"the passphrase has {len(passphrase)} characters: use at least {SHORTEST_PASSPHRASE}")


class SealedWriter:
    """Seals what is written into a file; it is whole once this is closed."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        self._file = file
        self._header = MAGIC + os.urandom(SALT_BYTES)
        self._cipher = _cipher(passphrase, self._header)
        self._waiting = bytearray()
        self._number = 0
        file.write(self._header)

    def write(self, data: bytes) -> int:
        """Seal more."""
        self._waiting += data
        while len(self._waiting) >= PIECE_BYTES:
            self._put(bytes(self._waiting[:PIECE_BYTES]), last=False)
            del self._waiting[:PIECE_BYTES]
        return len(data)

    def close(self) -> None:
        """Seal the last piece."""
        self._put(bytes(self._waiting), last=True)

    def _put(self, piece: bytes, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last), piece, self._header))
        self._number += 1


class SealedReader:
    """Reads what was sealed; raises `InputError` at the first piece that is not as it was written."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        self._file = file
        self._header = file.read(len(MAGIC) + SALT_BYTES)
        self._cipher = _cipher(passphrase, self._header)
        self._next = file.read(PIECE_BYTES + TAG_BYTES)
        self._opened = bytearray()
        self._number = 0
        self._over = False

    def read(self, size: int) -> bytes:
        """As many bytes, fewer at the end, none after it."""
        while len(self._opened) < size and not self._over:
            self._opened += self._open_piece()
        piece = bytes(self._opened[:size])
        del self._opened[:size]
        return piece

    def finish(self) -> None:
        """Read to the end, so that all of it is known to be authentic."""
        while self.read(PIECE_BYTES):
            pass

    def _open_piece(self) -> bytes:
        sealed, self._next = self._next, self._file.read(PIECE_BYTES + TAG_BYTES)
        self._over = not self._next
        try:
            piece = self._cipher.decrypt(_nonce(self._number, self._over), sealed, self._header)
        except InvalidTag:
            raise InputError(self._fault()) from None
        self._number += 1
        return piece

    def _fault(self) -> str:
        if self._number == 0:
            return "the passphrase is not the one that the backup was made with, or the file was changed"
        return f"the backup was changed or cut short after its first {self._number} MiB: use another one"


def is_sealed(file: BinaryIO) -> bool:
    """Whether a file begins as sealed ones do; it is read from its beginning afterwards."""
    begins = file.read(len(MAGIC)) == MAGIC
    file.seek(0)
    return begins


def _cipher(passphrase: str, header: bytes) -> AESGCM:
    secret, salt = unicodedata.normalize("NFC", passphrase).encode(), header[len(MAGIC) :]
    if len(salt) < SALT_BYTES:
        raise InputError("the backup was cut short: use another one")
    key = hash_secret_raw(secret, salt, time_cost=3, memory_cost=2**16, parallelism=4, hash_len=32, type=Type.ID)
    return AESGCM(key)


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
