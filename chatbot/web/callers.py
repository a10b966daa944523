"""Who calls `/v1`, and how often: an API key, else the visitor of a cookie; both held to a rate.

As long as an installation has no key, whatever clients send as one is ignored, since most cannot go without; from the
first key on, a wrong one is refused.
"""

import time
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from chatbot.errors import AccessError, BusyError
from chatbot.records import ApiKey, Person, new_id
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.web.access import VISITOR_COOKIE, VISITOR_SECONDS, Access, set_cookie

BEARER = "bearer "


@dataclass(frozen=True)
class Caller:
    """Where a request comes from: a key, or a visitor whose cookie may still have to be set."""

    store: Store
    key: ApiKey | None
    visitor: str
    fresh: bool

    def person(self, user: str = "") -> Person:
        """Who asks; `user` names one of the visitors of an app."""
        return self.store.keys.holder(self.key, user) if self.key else self.store.people.visitor(self.visitor)


class Callers:
    """Tells callers apart and counts their requests."""

    def __init__(self, settings: Settings, store: Store, access: Access) -> None:
        self._settings = settings
        self._store = store
        self._access = access
        self._rate: RateLimitItem = parse(settings.api_rate)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def identify(self, request: Request) -> Caller:
        """The caller of a request; raises `AccessError` on a wrong key and `BusyError` past the rate."""
        key = self._key(request)
        address = request.client.host if request.client else "?"
        asker = f"key {key.name}" if key else f"address {address}"
        if not self._limiter.hit(self._rate, asker):
            reset = self._limiter.get_window_stats(self._rate, asker).reset_time
            seconds = max(1, round(reset - time.time()))
            raise BusyError(f"more than {self._rate} requests: try again in {seconds} s", retry_after=seconds)
        known = self._access.visitor_id(request.cookies)
        return Caller(self._store, key, known or new_id(), key is None and known is None)

    def welcome(self, caller: Caller, request: Request, response: Response) -> Response:
        """Give a caller without key and cookie the cookie by which the next request will know them."""
        if caller.fresh:
            token = self._access.visitor_token(caller.visitor)
            set_cookie(response, request.scope, VISITOR_COOKIE, token, VISITOR_SECONDS)
        return response

    def _key(self, request: Request) -> ApiKey | None:
        header = request.headers.get("authorization", "")
        token = header[len(BEARER) :].strip() if header.lower().startswith(BEARER) else ""
        key = self._store.keys.find(token) if token else None
        if key is None and token and self._store.keys.all():
            raise AccessError("this API key is not known: check it, or have an operator add one")
        if key is None and not self._settings.api_open:
            raise AccessError("an API key is needed: send it as `Authorization: Bearer …`")
        return key
