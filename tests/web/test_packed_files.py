"""Files are sent compressed to browsers that take it, and are the same once unpacked."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from chatbot.web.packed_files import PackedFiles
from tests.conftest import Serve

WORDS = "a calm page\n" * 200


@pytest.fixture
def url(tmp_path: Path, serve: Serve) -> str:
    (tmp_path / "page.css").write_text(WORDS)
    (tmp_path / "short.js").write_text("1;\n")
    (tmp_path / "face.woff2").write_bytes(b"wOF2" * 400)
    app = FastAPI()
    app.mount("/files", PackedFiles(directory=tmp_path))
    return serve(app)


def test_a_text_goes_over_the_wire_in_a_fraction_of_its_size(url: str, tmp_path: Path) -> None:
    packed = httpx.get(f"{url}/files/page.css")
    assert packed.headers["content-encoding"] == "gzip" and int(packed.headers["content-length"]) < 100
    assert packed.text == WORDS and packed.headers["vary"] == "Accept-Encoding"
    assert packed.headers["content-type"].startswith("text/css")
    kept = httpx.get(f"{url}/files/page.css", headers={"if-none-match": packed.headers["etag"]})
    assert (kept.status_code, kept.content) == (304, b"")
    (tmp_path / "page.css").write_text(WORDS + "more\n")
    assert httpx.get(f"{url}/files/page.css").text == WORDS + "more\n"


@pytest.mark.parametrize("headers", [{"accept-encoding": "identity"}, {"range": "bytes=0-9"}], ids=str)
def test_whoever_wants_the_file_itself_gets_it(url: str, headers: dict[str, str]) -> None:
    answer = httpx.get(f"{url}/files/page.css", headers=headers)
    assert "content-encoding" not in answer.headers
    assert answer.text == (WORDS[:10] if "range" in headers else WORDS)


@pytest.mark.parametrize("name", ["short.js", "face.woff2"])
def test_what_would_not_shrink_is_sent_as_it_is(url: str, name: str, tmp_path: Path) -> None:
    answer = httpx.get(f"{url}/files/{name}")
    assert "content-encoding" not in answer.headers and answer.content == (tmp_path / name).read_bytes()
    assert httpx.get(f"{url}/files/none.css").status_code == 404
