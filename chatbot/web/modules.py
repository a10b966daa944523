"""Our own scripts and styles for pages that are not Gradio's: real modules, served as they stand in `static/`.

Their address holds a digest of them all, so that a browser keeps them for good and never mixes two versions.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}


@cache
def static_path() -> str:
    """Where they are served."""
    digest = sha256()
    for file in sorted(FOLDER.rglob("*.*")):
        digest.update(file.relative_to(FOLDER).as_posix().encode() + b"\0" + file.read_bytes())
    return f"/static/{digest.hexdigest()[:12]}"


def modules_of(*folders: str) -> list[str]:
    """The scripts of some folders that import each other, for a page to have them all fetched at once."""
    return sorted(
        file.relative_to(FOLDER).as_posix()
        for folder in folders
        for file in (FOLDER / folder).glob("*.js")
        if "export " in (text := file.read_text(encoding="utf-8")) or "import " in text
    )


class LastingFiles(StaticFiles):
    """Files whose address changes with them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be kept."""
        response = await super().get_response(path, scope)
        response.headers.update(FOR_GOOD)
        return response


def mount_modules(app: FastAPI) -> None:
    """Serve them, before a page at `/` takes every path."""
    app.mount(static_path(), LastingFiles(directory=FOLDER))
