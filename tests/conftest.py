"""Every test has a home of its own; `session`, `access` and `serve` make a real server of the lamp shop's pack."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from argon2 import PasswordHasher
from starlette.applications import Starlette

from chatbot.desk.desk import Desk
from chatbot.desk.presence import Presence
from chatbot.dialogue.opening import open_session
from chatbot.dialogue.session import Session
from chatbot.engines.base_model import BaseModel, find_base_model
from chatbot.listening import listen
from chatbot.settings import load_settings
from chatbot.store import open_store
from chatbot.web.access import Access
from tests.packs import write_pack
from tests.quick_server import QuickServer
from tests.tiny_base import write_tiny_base

Serve = Callable[..., str]

LONGEST = (
    "browser/test_loop.py",
    "test_loop.py",
    "engines/test_conformance.py",
    "training/finetuning/test_processes.py",
    "test_wheel.py",
    "browser/test_review.py",
)
"""What takes a minute or more begins first, so that no process of the tests is left alone with it at the end."""

PASSWORD = "correct horse battery"
SMALL_BASE = "smollm2-135m-instruct"
TESTS = Path(__file__).parent
os.umask(0o077)  # as the product's programs do: nothing in a home is open to others
os.environ["CHATBOT_BASE_MODEL"] = SMALL_BASE  # also for fixtures of a whole module
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of programs are started, which need not compile each time
os.environ.pop("SSL_CERT_FILE", None)
os.environ["SSL_CERT_DIR"] = str(TESTS)  # holds none: each client of httpx would first read all of the world's


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    first = {TESTS / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: first.get(item.path, len(LONGEST)))


@pytest.fixture(scope="session", autouse=True)
def quick() -> Iterator[None]:
    """Where a test does not ask for what is served, a password costs nothing to check and no commit waits for the disk.

    A killed process loses nothing by that: only a machine without power would.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chatbot.store.sqlite.database.SYNCHRONOUS", "off")
        patch.setattr("chatbot.store.passwords.PasswordHasher", partial(PasswordHasher, time_cost=1, memory_cost=64))
        yield


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("CHATBOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CHATBOT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CHATBOT_BASE_MODEL", SMALL_BASE)
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
    return tmp_path / "home"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    settings = load_settings(engine="scripted", pack=str(write_pack(tmp_path / "lamps")), min_score=0.1)
    store = open_store(settings.database)
    session = open_session(settings, store)
    yield session
    session.live.close()
    store.database.close()


@pytest.fixture
def access(session: Session, home: Path) -> Access:
    return Access(session.store, home / "cookie.key")


def desk_of(session: Session) -> Desk:
    """The desk of an application that serves a session."""
    return Desk(session.store, Presence(session.store, 30))


def serve_apps() -> Iterator[Serve]:
    """Serve applications on free ports until the fixture ends; a server left running would slow every later test."""
    running = []

    def start(app: Starlette, **config: Any) -> str:
        listener = listen("127.0.0.1", 0)
        settings: dict[str, Any] = {"ws": "none", "timeout_graceful_shutdown": 1, "proxy_headers": False}
        server = QuickServer(uvicorn.Config(app, log_level="error", **settings, **config))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        running.append((server, thread, listener))
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        return f"{'https' if 'ssl_certfile' in config else 'http'}://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for server, thread, listener in running:
        server.end()
        thread.join(10)
        listener.close()
        assert not thread.is_alive(), "the server did not stop"


serve = pytest.fixture(serve_apps, name="serve")
serve_module = pytest.fixture(serve_apps, scope="module", name="serve_module")


@pytest.fixture(scope="session")
def real_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the real base model is unpacked, once for all tests; share its `models` folder, nothing else."""
    folder = tmp_path_factory.getbasetemp()
    home = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "real"
    home.mkdir(exist_ok=True)
    base = find_base_model(SMALL_BASE, home)
    assert base.config and base.tokenizer
    return home


@pytest.fixture(scope="session")
def tiny_base(real_home: Path, tmp_path_factory: pytest.TempPathFactory) -> BaseModel:
    """A model that learns nothing worth knowing, in a moment."""
    return write_tiny_base(tmp_path_factory.mktemp("tiny"), find_base_model(SMALL_BASE, real_home))
