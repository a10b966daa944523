"""The whole product with an operator and an agent signed in, once for each module of the console's tests."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from chatbot.store import Store, open_store
from tests.conftest import Serve
from tests.product import OPERATOR, build_product, signed_in


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the product and its home stand."""
    return tmp_path_factory.mktemp("operate")


@pytest.fixture(scope="module")
def url(folder: Path, serve_module: Serve) -> str:
    return serve_module(build_product(folder))


@pytest.fixture
def remembered(folder: Path, url: str) -> Iterator[Store]:
    """What the product remembers, as another process sees it."""
    store = open_store(folder / "home" / "chatbot.db")
    yield store
    store.close()


@pytest.fixture(scope="module")
def olga(url: str) -> Iterator[httpx.Client]:
    """The operator's browser."""
    with signed_in(url, OPERATOR) as client:
        yield client


@pytest.fixture(scope="module")
def anna(url: str) -> Iterator[httpx.Client]:
    """An agent's browser."""
    with signed_in(url, "Anna") as client:
        yield client
