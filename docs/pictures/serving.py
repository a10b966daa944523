"""What the pictures are taken of, served on this machine while they are taken."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from chatbot.listening import listen

SHOP = (Path(__file__).parent / "shop.html").read_text(encoding="utf-8")


def shop(chat: str) -> Starlette:
    """A page of another site with the one line that puts the chat on it."""
    return Starlette(routes=[Route("/", lambda request: HTMLResponse(SHOP.replace("{chat}", chat)))])


class Port:
    """A free port, whose address is known before anything is served there."""

    def __init__(self) -> None:
        self.listener = listen("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    @contextmanager
    def serving(self, app: Starlette) -> Iterator[None]:
        """Serve an application there."""
        config = uvicorn.Config(app, log_level="error", ws="none", timeout_graceful_shutdown=1, proxy_headers=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [self.listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield
        server.should_exit = True
        thread.join(10)
