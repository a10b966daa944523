"""The libraries of others that the chat page runs are those that their table names, and are served."""

import re
from hashlib import sha256

import httpx
import pytest
from fastapi import FastAPI

from chatbot.web.vendored import FOLDER, PATH, SCRIPTS, mount_vendored, script_tags
from tests.conftest import Serve

ROW = re.compile(r"^\| (\S+\.js) \| \S+ (\S+) \| \S+ \| (.+) \| ([0-9a-f]{64}) \|$", re.MULTILINE)
TABLE = {name: rest for name, *rest in ROW.findall((FOLDER / "README.md").read_text(encoding="utf-8"))}


def test_the_table_names_every_script() -> None:
    assert sorted(TABLE) == sorted(SCRIPTS) == sorted(path.name for path in FOLDER.glob("*.js"))


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_what_the_table_says(name: str) -> None:
    version, licence, digest = TABLE[name]
    content = (FOLDER / name).read_bytes()
    assert sha256(content).hexdigest() == digest
    assert version in name and version.encode() in content[:200]
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
