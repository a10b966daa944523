"""What several of the attacks need."""

from functools import partial

import pytest
from argon2 import PasswordHasher


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that cost next to nothing to check."""
    monkeypatch.setattr("chatbot.store.passwords.PasswordHasher", partial(PasswordHasher, time_cost=1, memory_cost=64))
