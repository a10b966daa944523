"""The second step of signing in, for whoever turned it on: the page that asks for a code."""

from collections.abc import Callable
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from chatbot.errors import BusyError
from chatbot.web.access import Access
from chatbot.web.api_errors import retry_headers
from chatbot.web.pages import REVIEW
from chatbot.web.plain_pages import plain_page
from chatbot.web.routes import get_route
from chatbot.web.sign_in_page import whose
from chatbot.web.sign_in_tries import SignInTry, record_failure
from chatbot.web.sub_path import own_page, redirect


def code_step_routes(access: Access, title_now: Callable[[], str] = str) -> APIRouter:
    """The page at `/login/code`; whoever has no sign-in that waits for a code is sent to begin one."""
    router = APIRouter(include_in_schema=False)

    @get_route(router, "/login/code", include_in_schema=False)
    def ask_code(request: Request, next: str = REVIEW.path) -> Response:
        if access.waiting(request.cookies) is None:
            return redirect(request.scope, f"/login?next={quote(own_page(request.scope, next))}")
        return plain_page("login_code.html", **whose(title_now(), own_page(request.scope, next)))

    @router.post("/login/code")
    def take_code(request: Request, code: str = Form(""), next: str = Form(REVIEW.path)) -> Response:
        target = own_page(request.scope, next)
        waiting = access.waiting(request.cookies)
        person = access.store.people.get(waiting.person) if waiting else None
        if waiting is None or person is None:
            return redirect(request.scope, f"/login?next={quote(target)}")
        told = whose(title_now(), target)
        try:
            attempt = SignInTry(access.store.rates, request, person.name or "")
        except BusyError as error:
            return plain_page("login_code.html", 429, retry_headers(error), fault=str(error), **told)
        if access.store.second_factors.check(person, code):
            attempt.succeeded()
            return access.admit(request, redirect(request.scope, target), person)
        access.store.sign_ins.missed(waiting)
        record_failure(access.store, person.name or "")
        return plain_page("login_code.html", 401, fault="This code is wrong, or was used already.", **told)

    return router
