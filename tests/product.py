"""The whole product on the lamp shop's pack, for tests that attack it from outside."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount, Route

from app import build_app
from chatbot.settings import load_settings
from chatbot.store import open_store
from tests.packs import write_pack

PASSWORD = "correct horse battery"
OPERATOR = "Olga"


def build_product(folder: Path, **settings: object) -> FastAPI:
    """The product with an operator and an agent, at a home of its own within a folder."""
    given: dict[str, object] = {"home": folder / "home", "pack": str(write_pack(folder / "lamps"))}
    given |= {"engine": "scripted", "base_model": "smollm2-135m-instruct", "min_score": 0.1, "auto_train": False}
    made = load_settings(**given | settings)
    store = open_store(made.database)
    store.people.add_staff(OPERATOR, "operator", PASSWORD)
    store.people.add_staff("Anna", "agent", PASSWORD)
    store.database.close()
    return build_app(made)


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
