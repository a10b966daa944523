"""Who is asking: visitors by a signed cookie, staff by name and password; pages of other roles are refused here.

`Access` reads the cookies, `AccessMiddleware` gives every visitor a cookie and refuses `/review` and `/operate`, with
everything below them, to whoever may not see them. A visitor is stored only when they first do something.
"""

import math
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer
from jinja2 import Environment, PackageLoader, select_autoescape
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.errors import AccessError
from chatbot.records import Person, new_id
from chatbot.store import Store
from chatbot.web.pages import REVIEW, STAFF_PAGES, Page
from chatbot.web.routes import get_route
from chatbot.web.sub_path import cookie_path, path_of, prefix_of

VISITOR_COOKIE = "chatbot_visitor"
STAFF_COOKIE = "chatbot_staff"
VISITOR_SECONDS = 365 * 24 * 3600
STAFF_SECONDS = 12 * 3600
READING = ("GET", "HEAD")
LOGIN_RATE = parse("10/minute")
SIGNED_OUT = "Your sign-in has ended: sign in again in another tab, and come back. Nothing here is lost."

_templates = Environment(loader=PackageLoader("chatbot.web", "templates"), autoescape=select_autoescape())


class Access:
    """Reads and writes the cookies that say who is asking."""

    def __init__(self, store: Store, key_file: Path) -> None:
        self.store = store
        key = _signing_key(key_file)
        self._visitor = URLSafeTimedSerializer(key, salt="visitor")
        self._staff = URLSafeTimedSerializer(key, salt="staff")
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    def visitor(self, cookies: Mapping[str, str]) -> Person:
        """The visitor of these cookies; without a valid cookie, a stranger of whom nothing is remembered."""
        return self.store.people.visitor(self.visitor_id(cookies) or new_id())

    def visitor_id(self, cookies: Mapping[str, str]) -> str | None:
        """The id in the visitor's cookie, if its signature holds; how long to keep it is the browser's to know."""
        return self._read(self._visitor, cookies.get(VISITOR_COOKIE))

    def staff(self, cookies: Mapping[str, str]) -> Person | None:
        """The agent or operator who is signed in, or None."""
        person_id = self._read(self._staff, cookies.get(STAFF_COOKIE), STAFF_SECONDS)
        person = self.store.people.get(person_id) if person_id else None
        return person if person and person.role != "visitor" else None

    def staff_for(self, page: Page, cookies: Mapping[str, str]) -> Person:
        """The person who is signed in and may use a page; raises `AccessError`, `SIGNED_OUT` for nobody."""
        person = self.staff(cookies)
        if person is None:
            raise AccessError(SIGNED_OUT)
        if refusal := _not_theirs(page, person):
            raise AccessError(refusal)
        return person

    def visitor_token(self, visitor_id: str) -> str:
        """The value of a visitor's cookie."""
        return str(self._visitor.dumps(visitor_id))

    def staff_token(self, person: Person) -> str:
        """The value of a staff member's cookie."""
        return str(self._staff.dumps(person.id))

    @staticmethod
    def _read(serializer: URLSafeTimedSerializer, token: str | None, seconds: float = math.inf) -> str | None:
        """What was signed, unless longer ago than so many seconds; a time to come is that of a clock that was wrong."""
        try:
            value, signed = serializer.loads(token or "", return_timestamp=True)
        except BadSignature:
            return None
        return str(value) if time.time() - signed.timestamp() <= seconds else None


class AccessMiddleware:
    """Stands before every page: hands out visitor cookies and keeps people out of pages that are not theirs."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request = Request(scope) if scope["type"] == "http" else None
        path = path_of(scope)
        page = next((page for page in STAFF_PAGES if page.holds(path)), None)
        if page:
            whole = _redirect(scope, f"{page.path}/", 307) if path == page.path else None
            instead = self._refusal(request, page) or whole
            if instead:
                await instead(scope, receive, send)
                return
        elif request and request.method in READING and path == "/" and not self._access.visitor_id(request.cookies):
            send = self._with_visitor_cookie(scope, send)
        await self._app(scope, receive, send)

    def _refusal(self, request: Request | None, page: Page) -> Response | None:
        if request is None:
            return JSONResponse({"detail": "not here"}, 403)
        person = self._access.staff(request.cookies)
        if person is None:
            if request.method in READING and "text/html" in request.headers.get("accept", ""):
                return _redirect(request.scope, f"/login?next={quote(page.path)}")
            return JSONResponse({"detail": SIGNED_OUT}, 401)
        refusal = _not_theirs(page, person)
        return JSONResponse({"detail": refusal}, 403) if refusal else None

    def _with_visitor_cookie(self, scope: Scope, send: Send) -> Send:
        cookie = Response()
        set_cookie(cookie, scope, VISITOR_COOKIE, self._access.visitor_token(new_id()), VISITOR_SECONDS)

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", cookie.headers["set-cookie"])
            await send(message)

        return with_cookie


def login_routes(access: Access) -> APIRouter:
    """The sign-in page for staff, and signing out."""
    router = APIRouter(include_in_schema=False)

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
        if not access.limiter.hit(LOGIN_RATE, asker):
            return page(target, "Too many attempts. Wait a minute, then try again.", 429)
        person = access.store.people.check_password(name, password)
        if person is None:
            record_failure(access.store, name)
            return page(target, "Name or password is wrong.", 401)
        access.store.events.add(person.actor, "signed_in", person.id)
        response = _redirect(request.scope, target)
        if cookie_path(request.scope) != "/":
            response.delete_cookie(STAFF_COOKIE)  # one from before the product stood under a path would be read instead
        set_cookie(response, request.scope, STAFF_COOKIE, access.staff_token(person), STAFF_SECONDS)
        return response

    @router.post("/logout")
    def sign_out(request: Request) -> Response:
        if person := access.staff(request.cookies):
            access.store.events.add(person.actor, "signed_out", person.id)
        response = _redirect(request.scope, "/login")
        for path in {cookie_path(request.scope), "/"}:
            response.delete_cookie(STAFF_COOKIE, path)
        return response

    return router


def record_failure(store: Store, name: str) -> None:
    """Record that somebody did not get in; of a name that nobody has it is not said, since it may be a password."""
    known = any(person.name == name for person in store.people.staff())
    store.events.add("stranger", "sign_in_failed", name if known else "")


def set_cookie(response: Response, scope: Scope, name: str, token: str, seconds: int) -> None:
    """Set a cookie that scripts and other sites cannot use, for the path under which the product stands."""
    path, secure = cookie_path(scope), scope.get("scheme") == "https"
    response.set_cookie(name, token, seconds, path=path, httponly=True, samesite="lax", secure=secure)


def _redirect(scope: Scope, target: str, status: int = 303) -> Response:
    return RedirectResponse(prefix_of(scope) + target, status)


def _not_theirs(page: Page, person: Person) -> str:
    """Why a person may not use a page; empty where they may."""
    refusal = page.refusal(person.role)
    return refusal and f"{refusal}; you are signed in as {person.role} {person.name}"


def _own_page(scope: Scope, target: str) -> str:
    path = target.removeprefix(prefix_of(scope)).rstrip("/")
    return path if any(path == page.path for page in STAFF_PAGES) else REVIEW.path


def _signing_key(file: Path) -> str:
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32))
    return file.read_text().strip()
