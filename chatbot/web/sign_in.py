"""Signing in and out: the page that asks staff for name and password.

app.include_router(login_routes(access))
"""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from chatbot.errors import AccessError, BusyError
from chatbot.web.access import STAFF_COOKIE, Access
from chatbot.web.account import account_routes
from chatbot.web.api_errors import retry_headers
from chatbot.web.openid import Provider
from chatbot.web.pages import REVIEW
from chatbot.web.plain_pages import plain_page
from chatbot.web.routes import get_route
from chatbot.web.sign_in_code import code_step_routes
from chatbot.web.sign_in_openid import openid_routes
from chatbot.web.sign_in_page import whose
from chatbot.web.sign_in_tries import SignInTry, record_failure
from chatbot.web.sub_path import cookie_path, own_page, redirect


def login_routes(access: Access, provider: Provider | None = None, title_now: Callable[[], str] = str) -> APIRouter:
    """The sign-in page for staff, by password or through a provider, signing out, and the page of their own account.

    `title_now` is what the pack calls its chatbot.
    """
    router = APIRouter(include_in_schema=False)

    def page(
        target: str, fault: str = "", status: int = 200, wait: Mapping[str, str] | None = None, name: str = ""
    ) -> HTMLResponse:
        told = whose(title_now(), target, first=not access.store.people.staff())
        by = provider and provider.name
        return plain_page("login.html", status, wait, fault=fault, provider=by, name=name, **told)

    @get_route(router, "/login", include_in_schema=False)
    def show(request: Request, next: str = REVIEW.path) -> HTMLResponse:
        return page(own_page(request.scope, next))

    @router.post("/login")
    def sign_in(
        request: Request, name: str = Form(""), password: str = Form(""), next: str = Form(REVIEW.path)
    ) -> Response:
        target = own_page(request.scope, next)
        try:
            attempt = SignInTry(access.store.rates, request, name)
        except BusyError as error:
            return page(target, str(error), 429, retry_headers(error), name)
        person = access.store.people.check_password(name, password)
        if person is None:
            record_failure(access.store, name)
            return page(target, "Name or password is wrong.", 401, name=name)
        waiting = access.store.second_factors.is_on(person)
        if not waiting:
            attempt.succeeded()
        onward = f"/login/code?next={quote(target)}" if waiting else target
        try:
            return access.admit(request, redirect(request.scope, onward), person, waiting)
        except AccessError as error:
            return page(target, f"{error}.".capitalize(), 401)

    @router.post("/logout")
    def sign_out(request: Request) -> Response:
        access.leave(request)
        response = redirect(request.scope, "/login")
        for path in {cookie_path(request.scope), "/"}:
            response.delete_cookie(STAFF_COOKIE, path)
        return response

    router.include_router(code_step_routes(access, title_now))
    if provider:
        router.include_router(openid_routes(access, provider, title_now))
    router.include_router(account_routes(access))
    return router
