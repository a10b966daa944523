"""Passwords: which may be chosen, and how they are kept (Argon2id).

What counts is the length and how soon a guesser would find it, by lists of common passwords, words, names, dates and
keyboards; nothing is asked of the characters (NIST SP 800-63B). A password that was chosen earlier stays valid.
"""

from collections.abc import Sequence
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chatbot.errors import InputError
from chatbot.records import new_id

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1024
GUESSED_LENGTH = 72
LEAST_GUESSES = 10**8
SHORTEST_WORD = 3
LEAST_BESIDE_WORDS = 8
OWN_WORDS = ("chatbot",)


class Passwords:
    """Hashes passwords and checks them, in the same time whether or not there is a hash to check against."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()

    @cached_property
    def _dummy_hash(self) -> str:
        return self._hasher.hash(new_id())

    def hash(self, password: str) -> str:
        """What is stored of a password."""
        return self._hasher.hash(password)

    def match(self, stored: str | None, password: str) -> bool:
        """Whether a password is the one that was hashed."""
        unknown = self._dummy_hash
        try:
            self._hasher.verify(stored or unknown, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None


def check_choice(password: str, words: Sequence[str]) -> None:
    """Raise `InputError` for a password that is short, or that somebody who knows these words would soon guess."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        limit = f"at least {SHORTEST_PASSWORD}" if len(password) < SHORTEST_PASSWORD else f"at most {LONGEST_PASSWORD}"
        raise InputError(f"the password has {len(password)} characters: use {limit}")
    from zxcvbn import zxcvbn  # its lists take a while to load, and most commands choose no password

    known = [part.casefold() for word in (*OWN_WORDS, *words) for part in word.split() if len(part) >= SHORTEST_WORD]
    without = password.casefold()
    for word in known:
        without = without.replace(word, "")
    guesses = zxcvbn(password[:GUESSED_LENGTH], user_inputs=known)["guesses"]
    if guesses < LEAST_GUESSES or len(without) < LEAST_BESIDE_WORDS:
        raise InputError(
            "the password is easily guessed, as common ones, names, dates and rows of keys are: take a longer one, "
            "such as four words that have nothing to do with each other"
        )
