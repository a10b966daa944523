"""Every route of an application, read off the application itself."""

import re
from collections.abc import Iterator
from typing import cast

from starlette.routing import BaseRoute, Mount, Route


def routes_of(routes: list[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Method and path of every route, those of Gradio's applications too; parameters are a word."""
    for route in routes:
        if router := getattr(route, "original_router", None):  # what FastAPI keeps of `include_router`
            yield from routes_of(router.routes, prefix)
        if isinstance(route, Mount):
            inner = route.app
            while not hasattr(inner, "routes") and hasattr(inner, "app"):
                inner = inner.app
            yield from routes_of(cast("list[BaseRoute]", getattr(inner, "routes", [])), prefix + route.path)
        elif isinstance(route, Route):
            for method in route.methods or ():
                yield method, re.sub(r"\{[^}]*\}", "x", prefix + route.path)
