"""API keys: who may use `/v1` as whom; only a digest of each is stored.

A key is 32 random bytes, so that a plain SHA-256 protects it as well as a slow hash would. An `app` speaks for many
visitors; a key of an agent or operator may grade and correct like that person.
"""

import hashlib
import secrets
from typing import Protocol

from chatbot.records import ApiKey, KeyRole, Person

PREFIX = "cb-"


class Keys(Protocol):
    """The table of API keys."""

    def add(self, name: str, role: KeyRole) -> str:
        """A new key; the returned token is shown once and cannot be had again. Raises `InputError` on a taken name."""
        ...

    def find(self, token: str) -> ApiKey | None:
        """The key of this token, unless revoked."""
        ...

    def all(self) -> list[ApiKey]:
        """The keys that are not revoked, by name."""
        ...

    def revoke(self, name: str) -> None:
        """Make a key useless from now on; raises `NotFoundError`."""
        ...

    def holder(self, key: ApiKey, user: str = "") -> Person:
        """Whom a request with this key is from: its agent or operator, or one of an app's visitors by their name."""
        ...


def new_token() -> str:
    """A fresh key."""
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(token.encode()).hexdigest()


def visitor_of(key: ApiKey, user: str) -> str:
    """The id of the visitor whom an app calls `user`."""
    return hashlib.sha256(f"{key.person}:{user}".encode()).hexdigest()[:32]
