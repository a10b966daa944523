"""Which other sites may call `/v1` from a browser, over a real server."""

from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI

from chatbot.dialogue.session import Session
from chatbot.errors import SettingsError
from chatbot.settings import load_settings
from chatbot.web.access import Access
from chatbot.web.api import api_routes
from chatbot.web.cross_origin import CrossOriginMiddleware
from tests.conftest import Serve, desk_of

Shop = Callable[..., httpx.Client]

SHOP = "https://shop.example"
BODY: dict[str, object] = {
    "model": "champion",
    "messages": [{"role": "user", "content": "How long does delivery to Germany take?"}],
}
PREFLIGHT = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type,x-stainless-lang",
}


@pytest.fixture
def shop(session: Session, access: Access, serve: Serve) -> Shop:
    """A browser's view of the server from a page of the shop, for the origins that an operator allows."""

    def start(*origins: str) -> httpx.Client:
        app = FastAPI()
        app.add_middleware(CrossOriginMiddleware, origins=load_settings(api_origins=list(origins)).api_origins)
        app.include_router(api_routes(session, access, desk_of(session)))
        return httpx.Client(base_url=serve(app), timeout=20, headers={"origin": SHOP})

    return start


def test_a_page_of_an_allowed_origin_may_call(shop: Shop) -> None:
    with shop("https://other.example", SHOP + "/") as http:
        asked = http.options("/v1/chat/completions", headers=PREFLIGHT)
        assert asked.status_code in (200, 204)
        assert asked.headers["access-control-allow-origin"] == SHOP
        assert "POST" in asked.headers["access-control-allow-methods"]
        assert {"authorization", "x-stainless-lang"} <= set(
            asked.headers["access-control-allow-headers"].lower().replace(" ", "").split(",")
        )
        answer = http.post("/v1/chat/completions", json=BODY)
        assert answer.status_code == 200 and answer.headers["access-control-allow-origin"] == SHOP
        assert answer.headers["access-control-allow-credentials"] == "true" and "Origin" in answer.headers["vary"]


@pytest.mark.parametrize("origins", [(SHOP,), ("*",)])
def test_errors_may_be_read_too(shop: Shop, session: Session, origins: tuple[str, ...]) -> None:
    with shop(*origins) as http:
        wrong = [
            http.post("/v1/chat/completions", json=BODY | {"temperature": 9}),
            http.post("/v1/chat/completions", content=b"\x80"),
            http.post("/v1/chat/completions", content=b"[" + b"1," * 5_000_000),
            http.post("/v1/chat/completions", json=BODY | {"model": "gpt-9"}),
            http.get("/v1/nothing"),
        ]
        session.store.keys.add("shop", "app")
        wrong.append(http.post("/v1/chat/completions", json=BODY, headers={"authorization": "Bearer no"}))
        assert [answer.status_code for answer in wrong] == [400, 400, 413, 404, 404, 401]
        assert {answer.headers["access-control-allow-origin"] for answer in wrong} == set(origins)


def test_a_stream_may_be_read(shop: Shop) -> None:
    with shop(SHOP) as http, http.stream("POST", "/v1/chat/completions", json=BODY | {"stream": True}) as answer:
        assert answer.headers["access-control-allow-origin"] == SHOP and "[DONE]" in answer.read().decode()


def test_every_page_may_call_without_cookies(shop: Shop) -> None:
    with shop("*") as http:
        for answer in (http.options("/v1/models", headers=PREFLIGHT), http.get("/v1/models")):
            assert answer.headers["access-control-allow-origin"] == "*"
            assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origins", [(), ("https://other.example",)])
def test_other_pages_may_not(shop: Shop, origins: tuple[str, ...]) -> None:
    with shop(*origins) as http:
        for answer in (http.options("/v1/models", headers=PREFLIGHT), http.get("/v1/models")):
            assert "access-control-allow-origin" not in answer.headers


def test_only_the_api_is_shared(shop: Shop) -> None:
    with shop("*") as http:
        assert "access-control-allow-origin" not in http.get("/healthz").headers
        assert "access-control-allow-origin" not in http.get("/openapi.json").headers


@pytest.mark.parametrize("origin", ["shop.example", "https://shop.example/page", "https://", "https://*.example"])
def test_what_is_no_origin_is_told_at_the_start(origin: str) -> None:
    with pytest.raises(SettingsError, match="api_origins"):
        load_settings(api_origins=[origin])
