"""Nobody puts a file in, and no file but the pages' comes out: the routes of Gradio, asked as anybody."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Mount

from benchmarks.attacks.routes import routes_of
from chatbot.web.gradio_routes import CALLED, READ, names_a_file, read_object
from tests.conftest import Serve
from tests.product import OPERATOR, PASSWORD, build_product

FILE = {"path": "/etc/hostname", "url": "https://evil.example/x", "meta": {"_type": "gradio.FileData"}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def product(folder: Path) -> FastAPI:
    return build_product(folder)


@pytest.fixture(scope="module")
def url(product: FastAPI, serve_module: Serve) -> str:
    return serve_module(product)


@pytest.fixture(scope="module")
def people(url: str) -> Iterator[dict[str, httpx.Client]]:
    with httpx.Client(base_url=url, timeout=60) as visitor, httpx.Client(base_url=url, timeout=60) as operator:
        visitor.get("/")
        assert operator.post("/login", data={"name": OPERATOR, "password": PASSWORD}).is_redirect
        yield {"visitor": visitor, "operator": operator}


@pytest.fixture(params=["visitor", "operator"])
def person(people: dict[str, httpx.Client], request: pytest.FixtureRequest) -> httpx.Client:
    return people[request.param]


def kept() -> set[Path]:
    """What Gradio keeps of uploads."""
    return {path for path in (Path(tempfile.gettempdir()) / "gradio").rglob("*") if path.is_file()}


def test_nothing_is_uploaded(person: httpx.Client) -> None:
    before = kept()
    for name, content in (("a.txt", b"words"), ("a.png", b"\x89PNG\r\n"), ("a.html", b"<script>"), ("../a", b"x")):
        answer = person.post("/gradio_api/upload", files={"files": (name, content)})
        assert answer.status_code in (401, 403, 404)
    assert kept() == before


def test_no_file_of_the_machine_is_served(person: httpx.Client, folder: Path) -> None:
    home = folder / "home"
    assert (home / "chatbot.db").is_file() and (home / "cookie.key").is_file()
    files = [home / "chatbot.db", home / "cookie.key", Path("/etc/hostname"), Path(__file__)]
    for file in map(str, files):
        for path in (f"/gradio_api/file={file}", f"/gradio_api/file/{file}", f"/file={file}", f"/static/{file}"):
            answer = person.get(path)
            assert answer.status_code in (401, 403, 404), path
        for path in (f"/assets/../../..{file}", f"/static/..%2f..%2f..%2f..%2f..%2f..{file}", f"/assets//{file}"):
            assert person.get(path).status_code in (401, 403, 404), path


@pytest.mark.parametrize("path", ["/gradio_api/file=https://evil.example/", "/gradio_api/proxy=https://evil.example/"])
def test_no_address_is_fetched(person: httpx.Client, path: str) -> None:
    assert person.get(path).status_code == 404


@pytest.mark.parametrize("call", ["queue/join", "run/predict"])
def test_no_event_names_a_file(person: httpx.Client, call: str) -> None:
    asked = {"data": [FILE, None], "fn_index": 0, "session_hash": "x"}
    hidden = json.dumps(asked).replace("gradio.FileData", "gradio\\u002eFileData")
    for body in (json.dumps(asked), hidden):
        answer = person.post(f"/gradio_api/{call}", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 400 and "no file" in answer.json()["detail"]


def test_a_file_is_found_wherever_it_stands() -> None:
    assert names_a_file({"event_data": {"a": [1, {"b": FILE}]}})
    assert not names_a_file({"data": ["gradio.FileData", None, 1]})


@pytest.mark.parametrize(("call", "handler"), [("queue/join", 999), ("run/predict", -1), ("cancel", 0), ("reset", 0)])
def test_what_would_make_gradio_fail_is_refused(people: dict[str, httpx.Client], call: str, handler: int) -> None:
    event = json.dumps({"data": ["…"], "fn_index": handler, "session_hash": 1e999})
    bodies = [event, event.replace("Infinity", '"\\ud800"'), "[]", "", "[" * 100_000, "{" + '"a":' * 20_000]
    for body in [*(body.encode() for body in bodies), event.encode("utf-16")]:
        kind = {"content-type": "application/json"}
        answer = people["operator"].post(f"/gradio_api/{call}", content=body, headers=kind)
        assert 400 <= answer.status_code < 500 or (b"ud800" in body and answer.status_code == 200), (
            body[:90],
            answer.text,
        )


def test_half_of_a_character_is_a_character() -> None:
    assert read_object(b'{"data": ["\\ud83d", "\\ud83d\\ude00"]}') == {"data": ["\ufffd", "\U0001f600"]}
    assert read_object(b'{"data": 1e999}') == read_object(b"[1]") == read_object(b"\xff") == {}


def test_of_gradio_only_what_the_pages_use_is_there(product: FastAPI, people: dict[str, httpx.Client]) -> None:
    own = {path for _, path in routes_of([route for route in product.routes if not isinstance(route, Mount)])}
    found, refused = [], 0
    for method, path in sorted(set(routes_of(product.routes))):
        if path in own or method == "HEAD" or (CALLED if method == "POST" else READ).fullmatch(path):
            continue
        status, refused = people["operator"].request(method, path).status_code, refused + 1
        found += [(method, path, status)] if status not in (404, 405) else []
    assert not found and refused > 50
