"""Who calls `/v1`, and how often: an API key, else the visitor of a cookie; both held to a rate.

As long as an installation has no key, whatever clients send as one is ignored, since most cannot go without; from the
first key on, a wrong one is refused.
"""

from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response

from chatbot.errors import AccessError
from chatbot.records import ApiKey, Person, new_id
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.web.access import VISITOR_COOKIE, VISITOR_SECONDS, Access, set_cookie
from chatbot.web.rates import RateLimits

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
        self._limits = RateLimits(settings, access)

    def identify(self, request: Request) -> Caller:
        """The caller of a request; raises `AccessError` on a wrong key and `BusyError` past the rate."""
        token = _token(request)
        key = self._store.keys.find(token) if token else None
        self._limits.api(request, key)
        self._check(token, key)
        known = self._access.visitor_id(request.cookies)
        return Caller(self._store, key, known or new_id(), key is None and known is None)

    def welcome(self, caller: Caller, request: Request, response: Response) -> Response:
        """Give a caller without key and cookie the cookie by which the next request will know them."""
        if caller.fresh:
            token = self._access.visitor_token(caller.visitor)
            set_cookie(response, request.scope, VISITOR_COOKIE, token, VISITOR_SECONDS)
        return response

    def _check(self, token: str, key: ApiKey | None) -> None:
        if key is None and token and self._store.keys.all():
            raise AccessError("this API key is not known: check it, or have an operator add one")
        if key is None and not self._settings.api_open:
            raise AccessError("an API key is needed: send it as `Authorization: Bearer …`")


def _token(request: Request) -> str:
    header = request.headers.get("authorization", "")
    return header[len(BEARER) :].strip() if header.lower().startswith(BEARER) else ""
