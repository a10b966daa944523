"""OpenAI's shapes: the replies that `/v1` gives, and its errors. What it reads stands in `api_requests`."""

import json
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from chatbot.dialogue.running import Update
from chatbot.errors import AccessError, BusyError, EngineError, InputError, NotFoundError, UserError
from chatbot.web.api_requests import PREFIX
from chatbot.web.bodies import BodyError, read_whole

logger = logging.getLogger(__name__)

CLIENT_CLOSED = 499
WRITTEN = ("passed", "rewritten", "off")  # what the check made of a reply that is the model's own
STATUSES: list[tuple[type[UserError], int, str]] = [
    (InputError, 400, "invalid_request_error"),
    (AccessError, 401, "authentication_error"),
    (NotFoundError, 404, "invalid_request_error"),
    (BusyError, 429, "rate_limit_error"),
    (EngineError, 503, "server_error"),
]


def usage(update: Update) -> dict[str, int]:
    """Tokens read and written."""
    read, written = update.trace.prompt_tokens, update.trace.completion_tokens
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def finish_reason(update: Update) -> str:
    """Why the reply ended: `length` at the limit, else `stop`."""
    return "length" if update.trace.finish == "length" else "stop"


def handoff(update: Update) -> dict[str, str]:
    """The field of its own by which a client learns that a person should take over."""
    return {"handoff": update.trace.handoff} if update.trace.handoff else {}


def field_of(update: Update, structured: bool) -> str:
    """The field that a reply goes into: `refusal` where JSON was asked for and words are the reply."""
    written = update.trace.check in WRITTEN and (finish_reason(update) == "length" or _is_json(update.text))
    return "content" if written or not structured else "refusal"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def completion(update: Update, created: int, structured: bool) -> dict[str, Any]:
    """A whole reply."""
    said = {"content": None, "refusal": None} | {field_of(update, structured): update.text}
    message = {"role": "assistant"} | said | handoff(update)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason(update)}
    head = {"id": PREFIX + update.message, "object": "chat.completion", "created": created}
    return head | {"model": update.trace.version, "choices": [choice | handoff(update)], "usage": usage(update)}


def chunk(update: Update, created: int, choices: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """One event of a stream."""
    head = {"id": PREFIX + update.message, "object": "chat.completion.chunk", "created": created}
    return head | {"model": update.trace.version, "choices": choices, **more}


def delta(content: dict[str, Any], finish: str | None = None, **more: str) -> list[dict[str, Any]]:
    """The one choice of a stream's event."""
    return [{"index": 0, "delta": content, "logprobs": None, "finish_reason": finish, **more}]


def error_body(message: str, kind: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """An error in OpenAI's shape."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def user_error(error: UserError) -> tuple[int, dict[str, Any]]:
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

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The usual handler, with its errors caught."""
        usual = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await usual(await read_whole(request))
            except ClientDisconnect:
                return Response(status_code=CLIENT_CLOSED)
            except BodyError as error:
                return JSONResponse(error_body(str(error), "invalid_request_error"), error.status)
            except HTTPException:
                return JSONResponse(error_body("body: it is not JSON in UTF-8", "invalid_request_error"), 400)
            except RequestValidationError as error:
                return JSONResponse(_validation_body(error), 400)
            except UserError as error:
                status, body = user_error(error)
                return JSONResponse(body, status, retry_headers(error))
            except Exception:
                logger.exception("%s %s failed", request.method, request.url.path)
                return JSONResponse(error_body("the server failed; its log says why", "server_error"), 500)

        return handle


def _validation_body(error: RequestValidationError) -> dict[str, Any]:
    first = error.errors()[0]
    param = ".".join(str(part) for part in first["loc"][1:]) if first["type"] != "json_invalid" else ""
    value = first.get("input")
    if isinstance(value, bytes):
        return error_body("body: send it with the header `content-type: application/json`", "invalid_request_error")
    shown = "" if first["type"] in ("missing", "json_invalid", "value_error") else f" (given: {str(value)[:80]!r})"
    text = first["msg"].removeprefix("Value error, ")
    return error_body(f"{param or 'body'}: {text}{shown}", "invalid_request_error", param or None)
