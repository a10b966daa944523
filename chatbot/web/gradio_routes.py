"""Which routes of Gradio's application are served: those that the pages use, and none beside them.

Gradio brings many more: uploads, files of the machine, a proxy, addresses that it fetches, monitoring, an API of its
own. The pages take no file, so nothing is uploaded, kept or served; and a value in an event that names a file, which
Gradio would fetch, is refused. So is what would make it fail: a body that is no JSON object, a handler that is not
there.
"""

import json
import re
from collections.abc import Container, Mapping

from fastapi.responses import JSONResponse, Response
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.web.bodies import whole_text
from chatbot.web.sub_path import path_of

READ = re.compile(
    r"/|/config|/theme\.css|/favicon\.ico|/manifest\.json|/robots\.txt|/(assets|static)/.+"
    r"|/gradio_api/(queue/data|heartbeat/\w+|app_id)"
)
CALLING = ("/queue/join", "/run/predict")
CALLED = re.compile(r"/gradio_api/(queue/join|run/predict/?|cancel|reset/?)")
FILE = "gradio.FileData"
NO_FILES = "no file is taken here: send words"
NO_OBJECT = "the body is not a JSON object in UTF-8"
NO_HANDLER = "fn_index: this page has no such handler"


class PageRoutes:
    """Gradio's application, of which only this much is there."""

    def __init__(self, app: ASGIApp, handlers: Container[object]) -> None:
        """`handlers` are the numbers of those that the page has."""
        self.app = app
        self._page = GZipMiddleware(app, compresslevel=6)  # the same for everybody; Gradio compresses its files itself
        self._handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what a page uses."""
        path, called = path_of(scope) or "/", scope["type"] == "http" and scope["method"] == "POST"
        refusal: Response | None = None
        if scope["type"] == "http" and not (CALLED if called else READ).fullmatch(path):
            refusal = JSONResponse({"detail": f"{path} does not exist"}, 404)
        elif called:
            sent = read_object(await Request(scope, receive).body())
            receive = _again(whole(sent).encode(), receive)
            fault = self._fault(path, sent)
            refusal = JSONResponse({"detail": fault}, 400) if fault else None
        await (refusal or (self._page if path == "/" else self.app))(scope, receive, send)

    def _fault(self, path: str, sent: Mapping[str, object]) -> str:
        """What is wrong with a call; empty where nothing is."""
        handler = sent.get("fn_index")
        if not sent:
            return NO_OBJECT
        if path.rstrip("/").endswith(CALLING) and (type(handler) is not int or handler not in self._handlers):
            return NO_HANDLER
        return NO_FILES if names_a_file(sent) else ""


def read_object(body: bytes) -> dict[str, object]:
    """The JSON object of a body, with whole characters and finite numbers; empty where it is none."""
    try:
        sent = json.loads(whole(json.loads(body.decode())))
    except (ValueError, RecursionError):
        return {}
    return sent if isinstance(sent, dict) else {}


def whole(sent: object) -> str:
    """JSON that every reader can read; half of a character is replaced. Raises `ValueError` on infinite numbers."""
    return str(whole_text(json.dumps(sent, ensure_ascii=False, allow_nan=False)))


def _again(body: bytes, receive: Receive) -> Receive:
    unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> Message:
        return unread.pop() if unread else await receive()

    return read


def names_a_file(sent: object) -> bool:
    """Whether a value in what was sent is a file as Gradio writes one."""
    values = [sent]
    while values:
        value = values.pop()
        if isinstance(value, dict):
            if value.get("_type") == FILE:
                return True
            values += value.values()
        elif isinstance(value, list):
            values += value
    return False
