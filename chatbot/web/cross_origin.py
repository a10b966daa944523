"""Which pages of other sites may call `/v1` from a browser (CORS): those of the setting `api_origins`, and no others.

Pages whose origin is named may send the visitor's cookie along; `*` lets every page call, without cookies.
"""

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from chatbot.web.sub_path import path_of

ANY = "*"
METHODS = ("GET", "HEAD", "POST")
DAY = 24 * 3600


class CrossOriginMiddleware:
    """Starlette's `CORSMiddleware` for the addresses below `/v1`."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        self._shared = CORSMiddleware(
            app,
            allow_origins=[ANY] if ANY in origins else list(origins),
            allow_methods=METHODS,
            allow_headers=[ANY],
            allow_credentials=ANY not in origins,
            expose_headers=["Retry-After"],
            max_age=DAY,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer preflight requests for `/v1`, and say on all its answers who may read them."""
        shared = scope["type"] == "http" and f"{path_of(scope)}/".startswith("/v1/")
        await (self._shared if shared else self._app)(scope, receive, send)
