"""Our own scripts and styles, as they are served."""

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from chatbot.web.modules import FOLDER, FOR_GOOD, Modules
from tests.conftest import Serve


def test_they_are_served_under_an_address_of_their_own_and_kept_for_good(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "page.js").write_text('import "../shared/element.js";\n')
    app, modules = FastAPI(), Modules(FOLDER, tmp_path)
    modules.mount(app)
    url = serve(app)
    assert re.fullmatch(r"/static/[0-9a-f]{12}", modules.path) and modules.path != Modules().path
    for folder, file in ((FOLDER, "shared/element.js"), (FOLDER, "shared/staff.css"), (tmp_path, "more/page.js")):
        answer = httpx.get(f"{url}{modules.path}/{file}")
        assert answer.content == (folder / file).read_bytes()
        assert answer.headers["cache-control"] == FOR_GOOD["Cache-Control"]
    assert httpx.get(f"{url}{modules.path}/../modules.py").status_code == 404
    assert modules.of("more") == ["more/page.js"]


def test_a_page_is_told_of_modules_and_of_no_other_script() -> None:
    modules = Modules().of("shared", "inbox")
    assert "shared/lit.js" in modules and "inbox/inbox-page.js" in modules
    assert "shared/shade.js" not in modules


@pytest.mark.parametrize("folder", [FOLDER, Path(__file__).parents[2] / "training/console/static"], ids=str)
def test_every_import_leads_to_a_file(folder: Path) -> None:
    found = 0
    for file in folder.rglob("*.js"):
        for target in re.findall(r'(?:from|import) "(\.[^"]+)";', file.read_text(encoding="utf-8")):
            place = (file.parent / target).resolve()
            shared = FOLDER / place.relative_to(folder) if "vendored" not in target else FOLDER
            assert place.is_file() or shared.exists(), f"{file.name} imports {target}"
            found += 1
    assert found
