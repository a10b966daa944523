"""The whole product on the lamp shop's pack, for tests that attack it from outside."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from fastapi import FastAPI

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


@contextmanager
def signed_in(url: str, name: str) -> Iterator[httpx.Client]:
    """The browser of one of the staff."""
    with httpx.Client(base_url=url, timeout=60) as client:
        client.post("/login", data={"name": name, "password": PASSWORD})
        yield client
