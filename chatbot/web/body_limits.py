"""Bodies of all routes but `/v1` and files, read whole within bounds of size and time before the route sees them.

A sign-in is a few words, what a page sends a message. `/v1` has bounds of its own, told in the shape of its errors
(`api_errors`), and so have files (`upload_bodies`); `connections` ends what is sent on after the answer.
"""

from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from chatbot.web.bodies import BodyError, read_whole
from chatbot.web.sub_path import path_of

PAGES = 1_000_000  # bytes
FORMS = 16_000
FORM_PATHS = ("/login", "/logout", "/account")
OWN_BOUNDS = ("/v1/", "/uploads/")
CHARACTER = 12  # bytes of one in JSON at most, written as two escapes


class BodyLimitMiddleware:
    """Reads bodies within bounds and passes them on."""

    def __init__(self, app: ASGIApp, max_message_chars: int) -> None:
        self._app = app
        self._largest = PAGES + CHARACTER * max_message_chars

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, if there is one; refuse what is too large or too slow."""
        if scope["type"] != "http" or f"{path_of(scope)}/".startswith(OWN_BOUNDS):
            await self._app(scope, receive, send)
            return
        largest = FORMS if path_of(scope).startswith(FORM_PATHS) else self._largest
        try:
            request = await read_whole(Request(scope, receive), largest)
        except BodyError as error:
            await JSONResponse({"detail": str(error)}, error.status)(scope, receive, send)
        except ClientDisconnect:
            return
        else:
            await self._app(scope, request.receive, send)
