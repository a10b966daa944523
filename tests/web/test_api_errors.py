"""Errors of `/v1`: whatever goes wrong is told in OpenAI's shape."""

from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from chatbot.errors import AccessError, BusyError, EngineError, InputError, NotFoundError, UserError
from chatbot.web.api_errors import ShapedRoute, error_body, retry_headers, user_error
from tests.conftest import Serve


class Body(BaseModel):
    count: int


@pytest.fixture
def url(serve: Serve) -> str:
    router = APIRouter(route_class=ShapedRoute)

    @router.post("/divide")
    def divide(body: Body) -> dict[str, int]:
        if body.count > 100:
            raise BusyError("too much", retry_after=7)
        return {"share": 100 // body.count}

    app = FastAPI()
    app.include_router(router)
    return serve(app)


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (InputError("x"), 400, "invalid_request_error"),
        (AccessError("x"), 401, "authentication_error"),
        (NotFoundError("x"), 404, "invalid_request_error"),
        (BusyError("x"), 429, "rate_limit_error"),
        (EngineError("x"), 503, "server_error"),
        (UserError("x"), 503, "server_error"),
    ],
)
def test_each_error_has_its_status(error: UserError, status: int, kind: str) -> None:
    assert user_error(error) == (status, error_body("x", kind))


def test_when_to_try_again_is_told_where_it_is_known() -> None:
    assert retry_headers(BusyError("x", retry_after=7)) == {"Retry-After": "7"}
    assert retry_headers(BusyError("x")) == retry_headers(InputError("x")) == {}


@pytest.mark.parametrize(
    ("sent", "status", "param", "said"),
    [
        ({"json": {"count": "many"}}, 400, "count", "given: 'many'"),
        ({"json": {}}, 400, "count", "Field required"),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 400, None, "body:"),
        ({"content": b'{"count": 1}', "headers": {"content-type": "text/plain"}}, 400, None, "send it with the header"),
        ({"json": {"count": 0}}, 500, None, "the server failed"),
        ({"json": {"count": 101}}, 429, None, "too much"),
    ],
)
def test_what_went_wrong_is_told(url: str, sent: dict[str, Any], status: int, param: str | None, said: str) -> None:
    answer = httpx.post(f"{url}/divide", **sent)
    error = answer.json()["error"]
    assert (answer.status_code, error["param"], error["code"]) == (status, param, None)
    assert said in error["message"]
    assert answer.headers.get("retry-after") == ("7" if status == 429 else None)
