"""Our own scripts and styles for pages that are not Gradio's: real modules, served as they stand in folders.

    modules = Modules(FOLDER, another)
    modules.mount(app)

All folders are served as one, so that the modules of each import those of the others by relative paths. Their address
holds a digest of them all, so that a browser keeps them for good and never mixes two versions.
"""

import os
from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import Scope

from chatbot.web.packed_files import PackedFiles

FOLDER = Path(__file__).parent / "static"
FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}


class Modules:
    """The scripts and styles of some folders; `FOLDER` where none is named."""

    def __init__(self, *folders: Path) -> None:
        self.folders = folders or (FOLDER,)

    @cached_property
    def path(self) -> str:
        """Where they are served."""
        digest = sha256()
        for name, file in self._files():
            digest.update(name.encode() + b"\0" + file.read_bytes())
        return f"/static/{digest.hexdigest()[:12]}"

    def of(self, *names: str) -> list[str]:
        """The scripts of some subfolders that import each other, for a page to have them all fetched at once."""
        return [
            name
            for name, file in self._files()
            if name.split("/")[0] in names
            and file.suffix == ".js"
            and ("export " in (text := file.read_text(encoding="utf-8")) or "import " in text)
        ]

    def mount(self, app: FastAPI) -> None:
        """Serve them, before a page at `/` takes every path."""
        app.mount(self.path, LastingFiles(self.folders))

    def _files(self) -> Iterator[tuple[str, Path]]:
        found = {file.relative_to(folder).as_posix(): file for folder in self.folders for file in folder.rglob("*.*")}
        yield from sorted(found.items())


class LastingFiles(PackedFiles):
    """Files whose address changes with them."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        super().__init__(directory=folders[0])
        self.all_directories: list[str | os.PathLike[str]] = list(folders)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be kept."""
        response = await super().get_response(path, scope)
        response.headers.update(FOR_GOOD)
        return response
