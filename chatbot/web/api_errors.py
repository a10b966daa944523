"""Errors of `/v1` in OpenAI's shape, whatever went wrong."""

import logging
from collections.abc import Callable, Coroutine

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from chatbot.errors import AccessError, BusyError, EngineError, InputError, NotFoundError, UserError
from chatbot.web.bodies import BodyError, read_whole

logger = logging.getLogger(__name__)

CLIENT_CLOSED = 499
INVALID = "invalid_request_error"
STATUSES: list[tuple[type[UserError], int, str]] = [
    (InputError, 400, INVALID),
    (AccessError, 401, "authentication_error"),
    (NotFoundError, 404, INVALID),
    (BusyError, 429, "rate_limit_error"),
    (EngineError, 503, "server_error"),
]


class Fault(BaseModel):
    """What went wrong; `param` names the field of the request that it is about."""

    message: str
    type: str
    param: str | None = None
    code: str | None = None


class ErrorBody(BaseModel):
    """The body of an answer that tells a fault."""

    error: Fault


def error_body(message: str, kind: str = INVALID, param: str | None = None, code: str | None = None) -> ErrorBody:
    """An error in OpenAI's shape."""
    return ErrorBody(error=Fault(message=message, type=kind, param=param, code=code))


def error_answer(body: ErrorBody, status: int, headers: dict[str, str] | None = None) -> Response:
    """An answer that tells a fault."""
    return JSONResponse(body.model_dump(), status, headers)


def user_error(error: UserError) -> tuple[int, ErrorBody]:
    """Status and body for something that the client can put right."""
    for kind, status, name in STATUSES:
        if isinstance(error, kind):
            return status, error_body(str(error), name)
    return 503, error_body(str(error), "server_error")


def retry_headers(error: UserError) -> dict[str, str]:
    """`Retry-After` where it is known when to try again."""
    seconds = error.retry_after if isinstance(error, BusyError) else None
    return {"Retry-After": str(seconds)} if seconds else {}


class ShapedRoute(APIRoute):
    """A route whose errors have OpenAI's shape."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[object, object, Response]]:
        """The usual handler, with its errors caught."""
        usual = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await usual(await read_whole(request))
            except ClientDisconnect:
                return Response(status_code=CLIENT_CLOSED)
            except BodyError as error:
                return error_answer(error_body(str(error)), error.status)
            except HTTPException:
                return error_answer(error_body("body: it is not JSON in UTF-8"), 400)
            except RequestValidationError as error:
                return error_answer(_validation_body(error), 400)
            except UserError as error:
                status, body = user_error(error)
                return error_answer(body, status, retry_headers(error))
            except Exception:
                logger.exception("%s %s failed", request.method, request.url.path)
                return error_answer(error_body("the server failed; its log says why", "server_error"), 500)

        return handle


def _validation_body(error: RequestValidationError) -> ErrorBody:
    first = error.errors()[0]
    param = ".".join(str(part) for part in first["loc"][1:]) if first["type"] != "json_invalid" else ""
    value = first.get("input")
    if isinstance(value, bytes):
        return error_body("body: send it with the header `content-type: application/json`")
    shown = "" if first["type"] in ("missing", "json_invalid", "value_error") else f" (given: {str(value)[:80]!r})"
    text = first["msg"].removeprefix("Value error, ")
    return error_body(f"{param or 'body'}: {text}{shown}", param=param or None)
