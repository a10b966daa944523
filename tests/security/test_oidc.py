"""Signing in through a provider of our own on loopback: only a whole and fresh word of it opens anything."""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import RSAKey

from chatbot.dialogue.session import Session
from chatbot.errors import SettingsError
from chatbot.settings import load_settings
from chatbot.store import Store
from chatbot.web.access import Access, AccessMiddleware
from chatbot.web.openid import Provider
from chatbot.web.sign_in import login_routes
from chatbot.web.sign_in_openid import COOKIE

CLIENT, SECRET = "lamp-shop", "between us"
Serve = Callable[[FastAPI], str]


@dataclass
class Asked:
    """What came with a request for a code."""

    challenge: str
    nonce: str
    back: str


@dataclass
class OwnProvider:
    """Signs everybody in as Eve; `claims` and `key` are what a test bends."""

    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    signing: RSAKey | None = None
    algorithm: str = "RS256"
    claims: dict[str, object] = field(default_factory=lambda: {"groups": ["staff", "desk"]})
    said_issuer: str = ""
    issuer: str = ""
    asked: dict[str, Asked] = field(default_factory=dict)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def metadata() -> dict[str, object]:
            return {
                "issuer": self.said_issuer or self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }

        @app.get("/keys")
        def keys() -> dict[str, object]:
            return {"keys": [self.key.as_dict(private=False)]}

        @app.get("/authorize")
        def authorize(request: Request) -> Response:
            asked = request.query_params
            assert asked["response_type"] == "code" and asked["client_id"] == CLIENT and "openid" in asked["scope"]
            assert asked["code_challenge_method"] == "S256"
            code = secrets.token_urlsafe(16)
            self.asked[code] = Asked(asked["code_challenge"], asked["nonce"], asked["redirect_uri"])
            return RedirectResponse(f"{asked['redirect_uri']}?code={code}&state={asked['state']}", 303)

        @app.post("/token")
        def token(
            request: Request, code: str = Form(), code_verifier: str = Form(), redirect_uri: str = Form()
        ) -> Response:
            asked = self.asked.pop(code, None)
            named = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
            digest = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).decode().rstrip("=")
            fits = asked and named == f"{CLIENT}:{SECRET}" and (digest, redirect_uri) == (asked.challenge, asked.back)
            if not asked or not fits:
                return JSONResponse({"error": "invalid_grant"}, 400)
            return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": self.id_token(asked.nonce)})

        return app

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "u1", "name": "Eve", "iat": now, "exp": now + 60}
        claims = {key: value for key, value in (claims | {"nonce": nonce} | self.claims).items() if value is not None}
        return jwt.encode({"alg": self.algorithm, "kid": "k1"}, claims, self.signing or self.key)


@pytest.fixture
def provider(serve: Serve) -> OwnProvider:
    own = OwnProvider()
    own.issuer = serve(own.app())
    return own


@pytest.fixture
def store(session: Session) -> Store:
    return session.store


@pytest.fixture
def url(provider: OwnProvider, access: Access, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CHATBOT_OPENID_CLIENT_SECRET", SECRET)
    settings = load_settings(
        openid_issuer=provider.issuer,
        openid_client_id=CLIENT,
        openid_name="the lamp makers",
        openid_agents=["desk"],
        openid_operators=["boss"],
    )
    app = FastAPI()
    app.include_router(login_routes(access, Provider(settings)))
    app.add_middleware(AccessMiddleware, access=access)
    return serve(app)


@pytest.fixture
def browser(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=60) as client:
        yield client


def to_the_provider(browser: httpx.Client) -> str:
    """Where the provider sends the browser back to."""
    away = browser.get("/login/openid", params={"next": "/account"})
    assert away.status_code == 303, away.text
    return str(browser.get(away.headers["location"]).headers["location"])


def sign_in(browser: httpx.Client) -> httpx.Response:
    return browser.get(to_the_provider(browser))


def test_whom_the_provider_names_is_signed_in(browser: httpx.Client, store: Store) -> None:
    assert "Sign in with the lamp makers" in browser.get("/login").text
    answer = sign_in(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account"), answer.text
    page = browser.get("/account/").text
    assert "Eve" in page and "agent" in page and "New password" not in page
    (eve,) = store.people.staff()
    assert (eve.name, eve.role, eve.issuer != "") == ("Eve", "agent", True)


@pytest.mark.parametrize(
    ("claims", "role"),
    [({"groups": ["boss"]}, "operator"), ({"groups": "desk"}, "agent"), ({"groups": ["desk", "boss"]}, "operator")],
)
def test_the_claim_gives_the_role(
    browser: httpx.Client, provider: OwnProvider, store: Store, claims: dict[str, object], role: str
) -> None:
    provider.claims = claims
    assert sign_in(browser).status_code == 303
    assert [one.role for one in store.people.staff()] == [role]


STRANGER = RSAKey.generate_key(2048, {"kid": "k1"})
BENT: dict[str, dict[str, object]] = {
    "another issuer": {"iss": "https://id.example"},
    "another audience": {"aud": "another-shop"},
    "one audience of several, for another": {"aud": [CLIENT, "another-shop"], "azp": "another-shop"},
    "expired": {"exp": int(time.time()) - 3600},
    "no expiry": {"exp": None},
    "not yet": {"nbf": int(time.time()) + 3600},
    "another nonce": {"nonce": "of another sign-in"},
    "no nonce": {"nonce": None},
    "nobody": {"sub": None},
    "a role that is none": {"groups": ["desks", "guests"]},
    "no role": {"groups": None},
    "a role that is no text": {"groups": {"desk": True}},
}


@pytest.mark.parametrize("how", BENT)
def test_a_word_that_is_bent_opens_nothing(
    browser: httpx.Client, provider: OwnProvider, store: Store, how: str
) -> None:
    provider.claims = {"groups": ["desk"]} | BENT[how]
    answer = sign_in(browser)
    assert answer.status_code == 403, answer.text
    assert browser.get("/account/").status_code == 401 and store.people.staff() == []


def test_a_word_that_another_key_signed_opens_nothing(
    browser: httpx.Client, provider: OwnProvider, store: Store
) -> None:
    provider.signing = STRANGER
    assert sign_in(browser).status_code == 403 and store.people.staff() == []


def test_a_word_that_nobody_signed_opens_nothing(
    browser: httpx.Client, provider: OwnProvider, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")

    def unsigned(own: OwnProvider, nonce: str) -> str:
        return f"{head}.{signed(own, nonce).split('.')[1]}."

    signed = OwnProvider.id_token
    monkeypatch.setattr(OwnProvider, "id_token", unsigned)
    assert sign_in(browser).status_code == 403 and store.people.staff() == []


def test_what_one_browser_began_no_other_finishes(browser: httpx.Client, url: str, store: Store) -> None:
    back = to_the_provider(browser)
    with httpx.Client(base_url=url, timeout=60) as victim:
        assert victim.get(back).status_code == 401
        to_the_provider(victim)
        assert victim.get(back).status_code == 401
    assert store.people.staff() == []


def test_an_answer_is_taken_once(browser: httpx.Client) -> None:
    back = to_the_provider(browser)
    cookie = browser.cookies[COOKIE]
    assert browser.get(back).status_code == 303
    assert COOKIE not in browser.cookies
    browser.cookies.set(COOKIE, cookie)
    assert browser.get(back).status_code == 403


@pytest.mark.parametrize("query", ["", "?error=access_denied&state=x", "?code=x&state=", "?state=x"])
def test_an_answer_that_is_none_is_told(browser: httpx.Client, query: str) -> None:
    to_the_provider(browser)
    assert browser.get(f"/login/openid/back{query}").status_code == 401


def test_an_answer_that_says_it_is_from_elsewhere_is_refused(browser: httpx.Client) -> None:
    assert browser.get(f"{to_the_provider(browser)}&iss=https://id.example").status_code == 403


def test_what_is_sent_away_is_bound_to_this_sign_in(browser: httpx.Client) -> None:
    sent = [parse_qs(urlsplit(browser.get("/login/openid").headers["location"]).query) for _ in range(2)]
    for name in ("state", "nonce", "code_challenge"):
        assert sent[0][name] != sent[1][name] and len(sent[0][name][0]) >= 43


def test_another_role_ends_the_sign_ins_of_before(
    browser: httpx.Client, provider: OwnProvider, url: str, store: Store
) -> None:
    provider.claims = {"groups": ["boss"]}
    sign_in(browser)
    provider.claims = {"groups": ["desk"]}
    with httpx.Client(base_url=url, timeout=60) as elsewhere:
        assert sign_in(elsewhere).status_code == 303
        assert elsewhere.get("/account/").status_code == 200
    assert browser.get("/account/").status_code == 401
    assert [one.role for one in store.people.staff()] == ["agent"]


def test_a_disabled_account_stays_out_and_a_password_opens_none(browser: httpx.Client, store: Store) -> None:
    sign_in(browser)
    (eve,) = store.people.staff()
    store.accounts.disable(eve, "system")
    assert browser.get("/account/").status_code == 401
    assert sign_in(browser).status_code == 403
    store.accounts.enable(eve, "system")
    for password in ("", "None", "correct horse battery"):
        assert browser.post("/login", data={"name": "Eve", "password": password}).status_code == 401


def test_a_provider_that_says_it_is_another_is_not_used(browser: httpx.Client, provider: OwnProvider) -> None:
    provider.said_issuer = "https://id.example"
    answer = browser.get("/login/openid")
    assert answer.status_code == 502 and "correct openid_issuer" in answer.text


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"openid_issuer": "http://id.example"}, "https://"),
        ({"openid_issuer": "http://localhost.example"}, "https://"),
        ({"openid_issuer": "https://id.example", "openid_agents": ["a"]}, "openid_client_id"),
        ({"openid_issuer": "https://id.example", "openid_client_id": "c"}, "who may sign in"),
    ],
)
def test_settings_that_would_let_in_too_many_or_nobody_are_refused(given: dict[str, object], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        load_settings(**given)
