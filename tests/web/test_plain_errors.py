"""Errors of the pages' routes have a status and say what is wrong."""

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from chatbot.errors import AccessError, BusyError, CaseHeldError, EngineError, InputError, NotFoundError, UserError
from chatbot.web.plain_errors import PlainRoute
from tests.conftest import Serve

ERRORS: dict[str, tuple[Exception, int]] = {
    "input": (InputError("write something"), 400),
    "access": (AccessError("not yours"), 403),
    "none": (NotFoundError("not there"), 404),
    "held": (CaseHeldError("Anna"), 409),
    "busy": (BusyError("later", retry_after=7), 429),
    "engine": (EngineError("no memory"), 503),
    "disk": (UserError("the disk is full"), 503),
    "bug": (ZeroDivisionError("secret"), 500),
}


@pytest.fixture
def url(serve: Serve) -> str:
    app, router = FastAPI(), APIRouter(route_class=PlainRoute)

    @router.get("/{name}")
    def fail(name: str, number: int = 0) -> None:
        raise ERRORS[name][0]

    app.include_router(router)
    return serve(app)


def test_each_error_has_its_status_and_words(url: str) -> None:
    for name, (error, status) in ERRORS.items():
        answer = httpx.get(f"{url}/{name}")
        assert answer.status_code == status
        assert answer.json()["detail"] == ("the server failed; its log says why" if status == 500 else str(error))
    assert httpx.get(f"{url}/busy").headers["retry-after"] == "7"
    assert httpx.get(f"{url}/input", params={"number": "x"}).json()["detail"].startswith("number: ")
