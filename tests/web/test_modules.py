"""Our own scripts and styles, as they are served."""

import re

import httpx
from fastapi import FastAPI

from chatbot.web.modules import FOLDER, FOR_GOOD, modules_of, mount_modules, static_path
from tests.conftest import Serve


def test_they_are_served_under_an_address_of_their_own_and_kept_for_good(serve: Serve) -> None:
    app = FastAPI()
    mount_modules(app)
    url = serve(app)
    assert re.fullmatch(r"/static/[0-9a-f]{12}", static_path())
    for file in ("shared/element.js", "shared/staff.css"):
        answer = httpx.get(f"{url}{static_path()}/{file}")
        assert answer.content == (FOLDER / file).read_bytes()
        assert answer.headers["cache-control"] == FOR_GOOD["Cache-Control"]
    assert httpx.get(f"{url}{static_path()}/../modules.py").status_code == 404


def test_a_page_is_told_of_modules_and_of_no_other_script() -> None:
    modules = modules_of("shared", "inbox")
    assert "shared/lit.js" in modules and "inbox/inbox-page.js" in modules
    assert "shared/shade.js" not in modules


def test_every_import_leads_to_a_file() -> None:
    for file in FOLDER.rglob("*.js"):
        for target in re.findall(r'(?:from|import) "(\.[^"]+)";', file.read_text(encoding="utf-8")):
            if "vendored" not in target:
                assert (file.parent / target).is_file(), f"{file.name} imports {target}"
