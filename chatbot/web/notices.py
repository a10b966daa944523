"""The line at the edge of a staff page that says what was done, or why it was not, and goes by itself.

Gradio's own (`gr.Info`) needs its queue, and its page loses the end of a queued event that begins while another one
ends. So the handlers of these pages are called without the queue, and what they tell is part of what they return.
"""

import time
from collections.abc import Callable
from functools import wraps
from html import escape
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

import gradio as gr

from chatbot.errors import UserError

Updates = dict[gr.blocks.Block, object]
SCRIPT = (Path(__file__).parent / "templates" / "notice.js").read_text(encoding="utf-8")
UNQUEUED: dict[str, object] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}


class Desk(Protocol):
    """The handlers of a page that has such a line."""

    notice: gr.HTML


D = TypeVar("D", bound=Desk)
P = ParamSpec("P")


def notice_line() -> gr.HTML:
    """The line, empty as yet."""
    return gr.HTML(said(""), js_on_load=SCRIPT, apply_default_css=False, elem_id="notice")


def said(text: str, wrong: bool = False) -> str:
    """The line's HTML, different each time."""
    look = "notice wrong" if wrong else "notice"
    return f'<p role="status" class="{look}" data-at="{time.time_ns()}">{escape(text)}</p>'


def told(handler: Callable[Concatenate[D, P], Updates]) -> Callable[Concatenate[D, P], Updates]:
    """Say what a `UserError` says; the page stays as it is."""

    @wraps(handler)
    def wrapped(desk: D, /, *args: P.args, **kwargs: P.kwargs) -> Updates:
        try:
            return handler(desk, *args, **kwargs)
        except UserError as error:
            return {desk.notice: said(str(error), wrong=True)}

    return wrapped
