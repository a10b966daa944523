"""Whose address is told: that of staff and of whoever signs in, not that of visitors."""

import httpx
from fastapi import FastAPI, Request

from chatbot.acting import doer
from chatbot.web.acting import ActingMiddleware, address_of
from tests.conftest import Serve


def test_the_address_of_staff_is_told_and_that_of_visitors_is_not(serve: Serve) -> None:
    app = FastAPI()
    app.add_middleware(ActingMiddleware)

    @app.get("/{path:path}")
    def told(path: str) -> str:
        return doer().address

    url = serve(app)
    staffs = ["/login", "/logout", "/review", "/review/queue", "/operate/gradio_api/run"]
    assert {httpx.get(f"{url}{path}").json() for path in staffs} == {"127.0.0.1"}
    assert {httpx.get(f"{url}{path}").json() for path in ("/", "/reviewer", "/v1/models")} == {""}


def test_a_request_from_nowhere_has_no_address() -> None:
    assert address_of(Request({"type": "http", "client": None})) == ""
