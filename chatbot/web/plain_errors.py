"""Errors of the pages' own routes: a status, and what is wrong as `detail`, fit to be shown as it stands."""

import logging
from collections.abc import Callable, Coroutine

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from chatbot.errors import (
    AccessError,
    BusyError,
    CaseHeldError,
    ChangedMeanwhileError,
    EngineError,
    InputError,
    NotFoundError,
    PackError,
    UserError,
)
from chatbot.web.api_errors import retry_headers

logger = logging.getLogger(__name__)

STATUSES: list[tuple[type[UserError], int]] = [
    (InputError, 400),
    (PackError, 400),
    (AccessError, 403),
    (NotFoundError, 404),
    (CaseHeldError, 409),
    (ChangedMeanwhileError, 409),
    (BusyError, 429),
    (EngineError, 503),
]


class PlainRoute(APIRoute):
    """A route whose errors are `{"detail": …}`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[object, object, Response]]:
        """The usual handler, with its errors caught."""
        usual = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await usual(request)
            except HTTPException:
                raise
            except RequestValidationError as error:
                first = error.errors()[0]
                field = ".".join(str(part) for part in first["loc"][1:])
                text = f"{field}: {first['msg']}" if field else str(first["msg"])
                return JSONResponse({"detail": text}, 400)
            except UserError as error:
                status = next((status for kind, status in STATUSES if isinstance(error, kind)), 503)
                return JSONResponse({"detail": str(error)}, status, retry_headers(error))
            except Exception:
                logger.exception("%s %s failed", request.method, request.url.path)
                return JSONResponse({"detail": "the server failed; its log says why"}, 500)

        return handle
