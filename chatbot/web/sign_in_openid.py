"""Signing in through an OpenID provider: there and back."""

import hmac
from collections.abc import Callable
from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from itsdangerous import BadSignature

from chatbot.errors import AccessError, UserError
from chatbot.web.access import Access, set_cookie
from chatbot.web.openid import Handshake, Provider
from chatbot.web.pages import REVIEW
from chatbot.web.plain_pages import plain_page
from chatbot.web.sign_in_page import whose
from chatbot.web.sub_path import cookie_path, own_page, prefix_of, redirect

COOKIE = "chatbot_openid"
BACK = "/login/openid/back"
SECONDS = 600


def openid_routes(access: Access, provider: Provider, title_now: Callable[[], str] = str) -> APIRouter:
    """The way to the provider, and the one back from it.

    What was sent along is kept in a signed cookie of this browser: nobody else can finish what it began.
    """
    router = APIRouter(include_in_schema=False)
    signer = access.signer("openid")

    def page(fault: str, status: int, up: str = "../../") -> HTMLResponse:
        told = whose(title_now(), REVIEW.path)
        return plain_page("login.html", status, fault=fault, up=up, provider=provider.name, **told)

    @router.get("/login/openid")
    def leave(request: Request, next: str = REVIEW.path) -> Response:
        back = str(request.url.replace(path=prefix_of(request.scope) + BACK, query="", fragment=""))
        try:
            address, handshake = provider.begin(back)
        except UserError as error:
            return page(f"{error}.", 502, "../")
        response = Response(status_code=303, headers={"location": address, "cache-control": "no-store"})
        kept = asdict(handshake) | {"next": own_page(request.scope, next)}
        set_cookie(response, request.scope, COOKIE, str(signer.dumps(kept)), SECONDS)
        return response

    @router.get(BACK)
    def come_back(request: Request, code: str = "", state: str = "", iss: str = "", error: str = "") -> Response:
        response = _finish(request, code, state, iss)
        response.delete_cookie(COOKIE, cookie_path(request.scope))
        return response

    def _finish(request: Request, code: str, state: str, issuer: str) -> Response:
        try:
            kept = signer.loads(request.cookies.get(COOKIE, ""), max_age=SECONDS)
            target = own_page(request.scope, kept.pop("next"))
            handshake = Handshake(**kept)
        except BadSignature:
            return page("This took too long, or was begun in another browser. Begin again.", 401)
        if not code or not hmac.compare_digest(state.encode(), handshake.state.encode()):
            return page(f"{provider.name} sent no answer to what was asked. Begin again.", 401)
        try:
            if issuer and issuer != provider.issuer:
                raise AccessError(f"this answer comes from {issuer!r}, which was not asked")
            identity = provider.finish(handshake, code)
            person = access.store.accounts.from_provider(
                identity.issuer, identity.subject, identity.name, identity.role
            )
            return access.admit(request, redirect(request.scope, target), person)
        except AccessError as refused:
            return page(f"{refused}.", 403)
        except UserError as fault:
            return page(f"{fault}.", 502)

    return router
