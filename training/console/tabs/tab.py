"""What a tab is made of."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter

from chatbot.web.pages import OPERATE
from chatbot.web.plain_errors import PlainRoute
from training.console.console import Console

API = f"{OPERATE.path}/api"


@dataclass(frozen=True)
class Tab:
    """A tab at /operate/<slug>, called `name`; `routes` are what its module asks, below /operate/api/<slug>.

    `operate/<slug>.js` exports the element <operate-slug>.
    """

    slug: str
    name: str
    routes: Callable[[Console], APIRouter]


def tab_router(slug: str) -> APIRouter:
    """An empty router for a tab's routes, whose errors are words."""
    return APIRouter(prefix=f"{API}/{slug}", route_class=PlainRoute, tags=["operate"])
