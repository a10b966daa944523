"""Routes that answer HEAD as they answer GET."""

import httpx
from fastapi import APIRouter, FastAPI

from chatbot.web.routes import get_route
from tests.conftest import Serve


def test_head_is_answered_and_only_get_is_documented(serve: Serve) -> None:
    router = APIRouter()

    @get_route(router, "/here")
    def here() -> dict[str, str]:
        return {"status": "here"}

    @get_route(router, "/hidden", include_in_schema=False)
    def hidden() -> dict[str, str]:
        return {"status": "hidden"}

    app = FastAPI()
    app.include_router(router)
    url = serve(app)
    for path in ("/here", "/hidden"):
        whole, head = httpx.get(f"{url}{path}"), httpx.head(f"{url}{path}")
        assert (whole.status_code, head.status_code, head.content) == (200, 200, b"")
        assert head.headers["content-length"] == whole.headers["content-length"]
    assert {path: list(methods) for path, methods in app.openapi()["paths"].items()} == {"/here": ["get"]}
