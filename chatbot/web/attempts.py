"""How often passwords and codes may be guessed: asked wherever one is checked, before it is checked."""

from fastapi import Request
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

RATE = parse("10/minute")
TOO_MANY = "Too many attempts. Wait a minute, then try again."


class Attempts:
    """Counts attempts by the address that makes them."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def refusal(self, request: Request, account: str) -> str:
        """Why nothing more may be tried now; empty where it may, and then this is counted as a try."""
        asker = request.client.host if request.client else "?"
        return "" if self._limiter.hit(RATE, asker) else TOO_MANY
