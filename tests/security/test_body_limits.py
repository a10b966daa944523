"""Bodies and heads that are too large or come too slowly, sent byte by byte to a real server."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from fastapi import FastAPI, Request

from chatbot.listening import listen
from chatbot.web import bodies, body_limits, connections
from chatbot.web.body_limits import BodyLimitMiddleware
from chatbot.web.connections import BoundedConnection

PATIENCE = 10.0
CHUNKED = "Transfer-Encoding: chunked\r\n"


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """A server with short patience, whose routes read a body, or answer before it came."""
    for place, name in ((bodies, "SECONDS"), (connections, "HEAD_SECONDS"), (connections, "LINGER_SECONDS")):
        monkeypatch.setattr(place, name, 0.3)
    app = FastAPI()

    @app.post("/gradio_api/queue/join")
    @app.post("/login")
    async def read(request: Request) -> int:
        return len(await request.body())

    @app.post("/v1/early")
    async def early() -> str:
        return "before the body"

    app.add_middleware(BodyLimitMiddleware, max_message_chars=100)
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, http=BoundedConnection, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listener.getsockname()
    server.should_exit = True
    thread.join(10)
    listener.close()
    assert not thread.is_alive()


def head(path: str, fields: str) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: x\r\n{fields}\r\n".encode()


def told(address: tuple[str, int], sent: bytes, trickle: bytes = b"") -> tuple[bytes, float]:
    """All that the server says to what is sent, then to what trickles, until it closes; and how long that took."""
    began, said = time.monotonic(), b""
    with socket.create_connection(address, timeout=0.05) as connection:
        connection.sendall(sent)
        while time.monotonic() - began < PATIENCE:
            try:
                if trickle:
                    connection.sendall(trickle)
                piece = connection.recv(65536)
            except TimeoutError:
                continue
            except (ConnectionResetError, BrokenPipeError):
                break
            if not piece:
                break
            said += piece
        return said, time.monotonic() - began


def status(said: bytes) -> int:
    return int(said.split()[1])


@pytest.mark.parametrize("path", ["/login", "/gradio_api/queue/join"])
def test_a_body_that_trickles_ends(address: tuple[str, int], path: str) -> None:
    said, seconds = told(address, head(path, "Content-Length: 9999\r\n"), b"x")
    assert status(said) == 408 and seconds < PATIENCE
    said, seconds = told(address, head(path, CHUNKED), b"1\r\nx\r\n")
    assert status(said) == 408 and seconds < PATIENCE


def test_a_body_that_never_begins_ends(address: tuple[str, int]) -> None:
    said, seconds = told(address, head("/login", "Content-Length: 9\r\n"))
    assert status(said) == 408 and seconds < PATIENCE


def test_a_head_that_trickles_ends(address: tuple[str, int]) -> None:
    for sent, trickle in ((b"", b""), (b"POST /login HTTP/1.1\r\nX: ", b"y")):
        assert told(address, sent, trickle)[1] < PATIENCE


def test_a_body_that_goes_on_after_the_answer_ends(address: tuple[str, int]) -> None:
    said, seconds = told(address, head("/v1/early", "Content-Length: 9999\r\n"), b"x")
    assert status(said) == 200 and seconds < PATIENCE


def test_a_connection_goes_on_from_request_to_request(address: tuple[str, int]) -> None:
    whole = head("/login", "Content-Length: 5\r\n") + b"hello"
    with socket.create_connection(address, timeout=PATIENCE) as connection:
        for _ in range(3):
            connection.sendall(whole)
            said = connection.recv(65536)
            while not said.endswith(b"5"):
                said += connection.recv(65536)
            assert status(said) == 200
            time.sleep(0.4)  # longer than a head may take


@pytest.mark.parametrize(
    ("path", "largest"),
    [("/login", body_limits.FORMS), ("/gradio_api/queue/join", body_limits.PAGES + 12 * 100)],
)
def test_a_body_that_is_too_large_is_refused(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch, path: str, largest: int
) -> None:
    monkeypatch.setattr(bodies, "SECONDS", PATIENCE)
    close = "Connection: close\r\n"
    fits = head(path, f"Content-Length: {largest}\r\n{close}") + b"x" * largest
    assert told(address, fits)[0].endswith(str(largest).encode())
    for length, body in (
        (f"Content-Length: {largest + 1}\r\n", b"x" * (largest + 1)),
        (CHUNKED, f"{largest + 1:x}\r\n".encode() + b"x" * (largest + 1)),
    ):
        said, _ = told(address, head(path, length + close) + body)
        assert status(said) == 413
