"""Who acts, and whose address is told: that of staff and of whoever signs in, not that of visitors."""

import httpx
from fastapi import FastAPI, Request

from chatbot.acting import doer
from chatbot.web.access import STAFF_COOKIE, Access
from chatbot.web.acting import ActingMiddleware, address_of
from tests.conftest import Serve
from tests.product import PASSWORD


def test_staff_are_told_with_their_address_and_visitors_are_not(serve: Serve, access: Access) -> None:
    app = FastAPI()
    app.add_middleware(ActingMiddleware, access=access)

    @app.get("/{path:path}")
    def told(path: str) -> list[str]:
        return [doer().actor, doer().address]

    url = serve(app)
    olga = access.store.people.add_staff("Olga", "operator", PASSWORD)
    cookies = {STAFF_COOKIE: access.staff_token(olga)}

    def heard(*paths: str, cookies: dict[str, str] | None = None) -> list[list[str]]:
        answers = [httpx.get(f"{url}{path}", cookies=cookies).json() for path in paths]
        return [list(one) for one in {tuple(answer) for answer in answers}]

    assert heard("/review", "/review/queue", "/operate/api/people/add", cookies=cookies) == [
        ["operator:Olga", "127.0.0.1"]
    ]
    assert heard("/login", "/logout", "/review/queue") == [["system", "127.0.0.1"]]
    assert heard("/", "/reviewer", "/v1/models", cookies=cookies) == [["system", ""]]


def test_a_request_from_nowhere_has_no_address() -> None:
    assert address_of(Request({"type": "http", "client": None})) == ""
