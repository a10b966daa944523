"""What a browser is told to keep every answer from: foreign code and addresses, frames, guesses at types, devices.

Our own plain pages run no script at all, and have the styles that stand in their templates. The pages of the staff that
are made of our own modules run scripts and have styles of this host, from files alone. Gradio's page needs
`eval`, in which Gradio compiles HTML components and the JavaScript of handlers, and styles set by script; nothing else
is let in there but files of this host, scripts that bear the answer's nonce, and the one that `theme` puts into
`<head>`.
"""

import re
import secrets
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.web.nonces import NONCE
from chatbot.web.pages import CHAT, OPERATE, REVIEW
from chatbot.web.sub_path import path_of
from chatbot.web.theme import SHADE
from chatbot.web.widget_frames import SCRIPT, is_widget

DEVICES = (
    "accelerometer camera display-capture geolocation gyroscope hid magnetometer microphone midi payment serial usb "
    "browsing-topics"
)
PERMISSIONS = ", ".join(f"{device}=()" for device in DEVICES.split())
SPOKEN_TO = PERMISSIONS.replace("microphone=()", "microphone=(self)")
"""On the chat page the visitor may speak instead of typing; the browser asks them first."""
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
MODULE_PATHS = re.compile(rf"{REVIEW.path}/|{OPERATE.path}/[a-z-]*")
NO_FRAMES = "frame-ancestors 'none'"
REFUSED = 403
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def hash_of(text: str) -> str:
    """The source expression that lets one inline script or style in."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _styles() -> list[str]:
    templates = sorted((Path(__file__).parent / "templates").glob("*.html"))
    texts = [text for file in templates for text in STYLE.findall(file.read_text(encoding="utf-8"))]
    return [hash_of(text) for text in texts if "{{" not in text]


PLAIN_POLICY = (
    f"default-src 'none'; style-src 'self' {' '.join(_styles())}; img-src 'self'; font-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
MODULE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
GRADIO_POLICY = (
    f"default-src 'none'; script-src 'self' 'nonce-{{nonce}}' {hash_of(SHADE)} 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'"
)


class SecurityHeadersMiddleware:
    """Puts the headers on every answer."""

    def __init__(self, app: ASGIApp, widget_origins: Sequence[str] = ()) -> None:
        self._app = app
        self._framed_by = " ".join(widget_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on with a nonce for Gradio's page; say what the browser is to hold to."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        policy = _policy(path_of(scope), nonce)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = policy
                for name, value in FIXED.items():
                    headers[name] = value
                if path_of(scope) == CHAT.path:
                    headers["Permissions-Policy"] = SPOKEN_TO
                if self._framed_by:
                    self._let_frame(scope, message["status"], headers)
            await send(message)

        await self._app({**scope, NONCE: nonce}, receive, with_headers)

    def _let_frame(self, scope: Scope, status: int, headers: MutableHeaders) -> None:
        """Let the sites of `widget_origins` show the chat in a frame, and any site the refusal to do so."""
        if path_of(scope) == SCRIPT:
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        elif is_widget(scope):
            by = "*" if status == REFUSED else self._framed_by
            policy = PLAIN_POLICY if status == REFUSED else headers["Content-Security-Policy"]
            headers["Content-Security-Policy"] = policy.replace(NO_FRAMES, f"frame-ancestors {by}")
            del headers["X-Frame-Options"]


def _policy(path: str, nonce: str) -> str:
    if path == CHAT.path:
        return GRADIO_POLICY.format(nonce=nonce)
    return MODULE_POLICY if MODULE_PATHS.fullmatch(path) else PLAIN_POLICY
