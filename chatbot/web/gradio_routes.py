"""Which routes of Gradio's application are served: those that the pages use, and none beside them.

Gradio brings many more: uploads, files of the machine, a proxy, addresses that it fetches, monitoring, an API of its
own. The pages take no file, so nothing is uploaded, kept or served; and a value in an event that names a file, which
Gradio would fetch, is refused.
"""

import json
import re

from fastapi.responses import JSONResponse, Response
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.web.sub_path import path_of

READ = re.compile(
    r"/|/config|/theme\.css|/favicon\.ico|/manifest\.json|/robots\.txt|/(assets|static)/.+"
    r"|/gradio_api/(queue/data|heartbeat/\w+|app_id)"
)
CALLED = re.compile(r"/gradio_api/(queue/join|run/predict/?|cancel|reset/?)")
FILE = "gradio.FileData"
NO_FILES = "no file is taken here: send words"


class PageRoutes:
    """Gradio's application, of which only this much is there."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what a page uses."""
        path, called = path_of(scope) or "/", scope["type"] == "http" and scope["method"] == "POST"
        refusal: Response | None = None
        if scope["type"] == "http" and not (CALLED if called else READ).fullmatch(path):
            refusal = JSONResponse({"detail": f"{path} does not exist"}, 404)
        elif called:
            body = await Request(scope, receive).body()
            receive = _again(body, receive)
            refusal = JSONResponse({"detail": NO_FILES}, 400) if names_a_file(body) else None
        await (refusal or self.app)(scope, receive, send)


def _again(body: bytes, receive: Receive) -> Receive:
    unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> Message:
        return unread.pop() if unread else await receive()

    return read


def names_a_file(body: bytes) -> bool:
    """Whether a value in a JSON body is a file as Gradio writes one."""
    try:
        values = [json.loads(body)]
    except (ValueError, RecursionError):
        return False
    while values:
        value = values.pop()
        if isinstance(value, dict):
            if value.get("_type") == FILE:
                return True
            values += value.values()
        elif isinstance(value, list):
            values += value
    return False
