"""Uploads are counted before anything of them is read: those of Gradio's pages, wherever they are mounted."""

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from chatbot.errors import BusyError
from chatbot.web.api_errors import retry_headers
from chatbot.web.rates import RateLimits
from chatbot.web.sub_path import path_of

UPLOAD = "/gradio_api/upload"


class UploadRateMiddleware:
    """Refuses an upload past the rate."""

    def __init__(self, app: ASGIApp, limits: RateLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] == "http" and scope["method"] == "POST" and path_of(scope).rstrip("/").endswith(UPLOAD):
            try:
                await run_in_threadpool(self._limits.upload, Request(scope))
            except BusyError as error:
                await JSONResponse({"detail": str(error)}, 429, retry_headers(error))(scope, receive, send)
                return
        await self._app(scope, receive, send)
