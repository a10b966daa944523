"""Signing in and out: the page that asks staff for name and password.

app.include_router(login_routes(access))
"""

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, select_autoescape
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.types import Scope

from chatbot.web.access import STAFF_COOKIE, STAFF_SECONDS, Access, set_cookie
from chatbot.web.pages import REVIEW, STAFF_PAGES
from chatbot.web.routes import get_route
from chatbot.web.sub_path import cookie_path, prefix_of, redirect

LOGIN_RATE = parse("10/minute")

_templates = Environment(loader=PackageLoader("chatbot.web", "templates"), autoescape=select_autoescape())


def login_routes(access: Access) -> APIRouter:
    """The sign-in page for staff, and signing out."""
    router = APIRouter(include_in_schema=False)
    limiter = MovingWindowRateLimiter(MemoryStorage())

    def page(target: str, fault: str = "", status: int = 200) -> HTMLResponse:
        html = _templates.get_template("login.html").render(next=target, fault=fault)
        return HTMLResponse(html, status, headers={"Cache-Control": "no-store"})

    @get_route(router, "/login", include_in_schema=False)
    def show(request: Request, next: str = REVIEW.path) -> HTMLResponse:
        return page(_own_page(request.scope, next))

    @router.post("/login")
    def sign_in(
        request: Request, name: str = Form(""), password: str = Form(""), next: str = Form(REVIEW.path)
    ) -> Response:
        target = _own_page(request.scope, next)
        asker = request.client.host if request.client else "?"
        if not limiter.hit(LOGIN_RATE, asker):
            return page(target, "Too many attempts. Wait a minute, then try again.", 429)
        person = access.store.people.check_password(name, password)
        if person is None:
            return page(target, "Name or password is wrong.", 401)
        response = redirect(request.scope, target)
        if cookie_path(request.scope) != "/":
            response.delete_cookie(STAFF_COOKIE)  # one from before the product stood under a path would be read instead
        set_cookie(response, request.scope, STAFF_COOKIE, access.staff_token(person), STAFF_SECONDS)
        return response

    @router.post("/logout")
    def sign_out(request: Request) -> Response:
        response = redirect(request.scope, "/login")
        for path in {cookie_path(request.scope), "/"}:
            response.delete_cookie(STAFF_COOKIE, path)
        return response

    return router


def _own_page(scope: Scope, target: str) -> str:
    path = target.removeprefix(prefix_of(scope)).rstrip("/")
    return path if any(path == page.path for page in STAFF_PAGES) else REVIEW.path
