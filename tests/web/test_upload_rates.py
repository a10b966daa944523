"""Uploads past the rate are refused before they are read."""

from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI, Request

from chatbot.settings import load_settings
from chatbot.web.access import Access
from chatbot.web.rates import RateLimits
from chatbot.web.upload_rates import UploadRateMiddleware


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/review/gradio_api/upload/"])
def test_uploads_are_counted_on_every_page(access: Access, serve: Callable[[FastAPI], str], path: str) -> None:
    app = FastAPI()
    read: list[int] = []

    @app.post("/{rest:path}")
    async def take(rest: str, request: Request) -> None:
        read.append(len(await request.body()))

    app.add_middleware(UploadRateMiddleware, limits=RateLimits(load_settings(upload_rate="2/minute"), access))
    url = serve(app)
    with httpx.Client(base_url=url, timeout=60) as http:
        answers = [http.post(path, content=b"x" * 100) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert 1 <= int(answers[2].headers["retry-after"]) <= 61
        assert "more than 2 uploads in a minute" in answers[2].json()["detail"]
        assert read == [100, 100]
        assert http.post("/elsewhere", content=b"x").status_code == 200
