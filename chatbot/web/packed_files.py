"""Files of a folder, texts among them compressed for browsers that take it; each is compressed once.

Only what is the same for everybody is served here: compressing an answer that holds a secret beside words of a stranger
would tell of the secret by its length.
"""

import gzip
from functools import lru_cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

SMALLEST = 500  # bytes, below which it is not worth it
TEXTS = ("text/", "application/json", "image/svg")


class PackedFiles(StaticFiles):
    """Serves a folder."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or why there is none."""
        response = await super().get_response(path, scope)
        if not isinstance(response, FileResponse) or not response.headers["content-type"].startswith(TEXTS):
            return response
        response.headers["Vary"] = "Accept-Encoding"
        if not _wanted(Headers(scope=scope)) or int(response.headers["content-length"]) < SMALLEST:
            return response
        body = await run_in_threadpool(packed, str(response.path), response.headers["etag"])
        kept = {name: response.headers[name] for name in ("content-type", "last-modified", "vary")}
        marks = {"ETag": f"W/{response.headers['etag']}", "Content-Encoding": "gzip"}
        return Response(body, headers=kept | marks)


def _wanted(asked: Headers) -> bool:
    """Whether a browser takes a compressed file, and asks for a whole one."""
    return "gzip" in asked.get("accept-encoding", "") and "range" not in asked


@lru_cache(maxsize=512)
def packed(path: str, mark: str) -> bytes:
    """A file as it is sent; `mark` changes with it."""
    return gzip.compress(Path(path).read_bytes(), mtime=0)
