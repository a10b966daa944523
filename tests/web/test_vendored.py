"""The libraries of others that our pages run are those that their table names, and are served."""

import re
from hashlib import sha256

import httpx
import pytest
from fastapi import FastAPI

from chatbot.web.vendored import FOLDER, PATH, SCRIPTS, STYLE, TYPEFACE, mount_vendored, script_tags, typeface_tags
from tests.conftest import Serve

ROW = re.compile(r"^\| (\S+\.(?:js|woff2)) \| \S+ (\S+) \| \S+ \| (.+) \| ([0-9a-f]{64}) \|$", re.MULTILINE)
TABLE = {name: rest for name, *rest in ROW.findall((FOLDER / "README.md").read_text(encoding="utf-8"))}


def test_the_table_names_every_file() -> None:
    held = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.suffix in (".js", ".woff2")}
    assert set(TABLE) == held and set(SCRIPTS) < held


@pytest.mark.parametrize("name", TABLE)
def test_a_file_is_what_the_table_says(name: str) -> None:
    version, licence, digest = TABLE[name]
    assert sha256((FOLDER / name).read_bytes()).hexdigest() == digest
    assert version in name
    licences = re.findall(r"\((\S+)\)", licence)
    assert licences and all((FOLDER / file).is_file() for file in licences)


def test_they_are_served_from_our_own_origin(serve: Serve) -> None:
    app = FastAPI()
    mount_vendored(app)
    url = serve(app)
    sources = re.findall(r'src="([^"]+)"', script_tags())
    assert sources == [f".{PATH}/{name}" for name in SCRIPTS]
    for source, name in zip(sources, SCRIPTS, strict=True):
        answer = httpx.get(f"{url}/{source}")
        assert answer.content == (FOLDER / name).read_bytes()
        assert "javascript" in answer.headers["content-type"]
        assert httpx.head(f"{url}/{source}").status_code == 200
    links = re.findall(r'href="([^"]+)"', typeface_tags())
    assert links == [f".{PATH}/{TYPEFACE}", f".{PATH}/{STYLE}"]
    assert all(httpx.get(f"{url}/{link}").status_code == 200 for link in links)


def test_the_faces_that_are_declared_are_files() -> None:
    faces = re.findall(r'url\("([^"]+)"\)', (FOLDER / STYLE).read_text(encoding="utf-8"))
    assert TYPEFACE in faces and all((FOLDER / face).is_file() for face in faces)
