"""Who is asking: visitors by a signed cookie, staff by one that names their sign-in; pages of others are refused here.

`Access` reads the cookies, `AccessMiddleware` gives every visitor a cookie and refuses the staff's pages, with
everything below them, to whoever may not see them. A visitor is stored only when they first do something. A sign-in is
a row of the store: once it has ended, nothing more is answered, not even by a page or stream that was open before.
"""

import contextlib
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.errors import AccessError, NotFoundError
from chatbot.records import Person, SignIn, new_id
from chatbot.store import Store
from chatbot.store.sign_ins import SIGN_IN_SECONDS
from chatbot.web.addresses import address_of
from chatbot.web.browsers import browser_of
from chatbot.web.pages import STAFF_PAGES, Page
from chatbot.web.plain_pages import plain_page
from chatbot.web.sub_path import asked_for, cookie_path, own_page, path_of, prefix_of, redirect
from chatbot.web.widget_frames import is_widget

VISITOR_COOKIE = "chatbot_visitor"
STAFF_COOKIE = "chatbot_staff"
VISITOR_SECONDS = 365 * 24 * 3600
READING = ("GET", "HEAD")
EVENTS = "text/event-stream"
SIGNED_OUT = "Your sign-in has ended: sign in again in another tab, and come back. Nothing here is lost."


class Access:
    """Reads and writes the cookies that say who is asking."""

    def __init__(self, store: Store, key_file: Path, words: Sequence[str] = ()) -> None:
        """`words` are those that somebody who guesses a password tries here first, such as the pack's name."""
        self.store = store
        self.words = words
        self._key = _signing_key(key_file)
        self._visitor, self._staff = self.signer("visitor"), self.signer("staff")

    def signer(self, purpose: str) -> URLSafeTimedSerializer:
        """Signs what a cookie of this purpose says, with the installation's key."""
        return URLSafeTimedSerializer(self._key, salt=purpose)

    def visitor(self, cookies: Mapping[str, str]) -> Person:
        """The visitor of these cookies; without a valid cookie, a stranger of whom nothing is remembered."""
        return self.store.people.visitor(self.visitor_id(cookies) or new_id())

    def visitor_id(self, cookies: Mapping[str, str]) -> str | None:
        """The id in the visitor's cookie, if its signature holds; how long to keep it is the browser's to know."""
        return self._read(self._visitor, cookies.get(VISITOR_COOKIE))

    def staff(self, cookies: Mapping[str, str]) -> Person | None:
        """The agent or operator who is signed in, or None."""
        return self._holder(self.sign_in(cookies))

    def sign_in(self, cookies: Mapping[str, str]) -> SignIn | None:
        """The sign-in that a cookie names, unless it has ended."""
        token = self._read(self._staff, cookies.get(STAFF_COOKIE))
        return self.store.sign_ins.find(token) if token else None

    def waiting(self, cookies: Mapping[str, str]) -> SignIn | None:
        """The sign-in that waits for its second factor."""
        token = self._read(self._staff, cookies.get(STAFF_COOKIE))
        return self.store.sign_ins.waiting(token) if token else None

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

    def staff_token(self, person: Person, address: str = "", browser: str = "", waiting: bool = False) -> str:
        """Begin a sign-in, and return the value of its cookie."""
        return str(self._staff.dumps(self.store.sign_ins.begin(person, address, browser, waiting)))

    def admit(self, request: Request, response: Response, person: Person, waiting: bool = False) -> Response:
        """Sign somebody in with an answer; what this browser was signed in to before ends."""
        address = address_of(request)
        token = self.staff_token(person, address, browser_of(request.headers.get("user-agent", "")), waiting)
        self.leave(request)
        if cookie_path(request.scope) != "/":
            response.delete_cookie(STAFF_COOKIE)  # one from before the product stood under a path would be read instead
        set_cookie(response, request.scope, STAFF_COOKIE, token, SIGN_IN_SECONDS)
        return response

    def leave(self, request: Request) -> None:
        """End the sign-in of this browser, if it has one."""
        sign_in = self.sign_in(request.cookies) or self.waiting(request.cookies)
        person = self.store.people.get(sign_in.person) if sign_in else None
        if sign_in and person:
            with contextlib.suppress(NotFoundError):
                self.store.sign_ins.end(person, sign_in.id)

    def _holder(self, sign_in: SignIn | None) -> Person | None:
        person = self.store.people.get(sign_in.person) if sign_in else None
        return person if person and person.role != "visitor" and not person.disabled else None

    @staticmethod
    def _read(serializer: URLSafeTimedSerializer, token: str | None) -> str | None:
        """What was signed, however long ago: the clock may have been wrong, and the store knows what has ended."""
        try:
            return str(serializer.loads(token or ""))
        except BadSignature:
            return None


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
            whole = redirect(scope, asked_for(scope, f"{page.path}/"), 307) if path == page.path else None
            instead = await run_in_threadpool(self._refusal, request, page) or whole
            if instead:
                await instead(scope, receive, send)
                return
            send = self._while_allowed(request, page, send)
        elif request and request.method in READING and path == "/" and not self._access.visitor_id(request.cookies):
            send = self._with_visitor_cookie(scope, send)
        await self._app(scope, receive, send)

    def _refusal(self, request: Request | None, page: Page) -> Response | None:
        if request is None:
            return JSONResponse({"detail": "not here"}, 403)
        person = self._access.staff(request.cookies)
        reads = "text/html" in request.headers.get("accept", "")
        if person is None:
            if reads:
                scope = request.scope
                return redirect(scope, f"/login?next={quote(own_page(scope, asked_for(scope, path_of(scope))))}")
            return JSONResponse({"detail": SIGNED_OUT}, 401)
        refusal = _not_theirs(page, person)
        if refusal and reads:
            root = prefix_of(request.scope)
            return plain_page("refused.html", 403, refusal=refusal, name=person.name, root=root)
        return JSONResponse({"detail": refusal}, 403) if refusal else None

    def _while_allowed(self, request: Request | None, page: Page, send: Send) -> Send:
        """Sends what a page answers, but ends a stream of events once its reader may not use the page any more."""
        streams, ended = False, False

        async def guarded(message: Message) -> None:
            nonlocal streams, ended
            if message["type"] == "http.response.start":
                streams = Headers(raw=message["headers"]).get("content-type", "").startswith(EVENTS)
            elif streams and not ended:
                ended = await run_in_threadpool(self._refusal, request, page) is not None
                if ended:
                    await send({"type": "http.response.body", "body": b""})
            if not ended:
                await send(message)

        return guarded

    def _with_visitor_cookie(self, scope: Scope, send: Send) -> Send:
        cookie = Response()
        set_cookie(cookie, scope, VISITOR_COOKIE, self._access.visitor_token(new_id()), VISITOR_SECONDS)

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = cookie.headers["set-cookie"]
                MutableHeaders(scope=message).append("set-cookie", for_frames(told) if is_widget(scope) else told)
            await send(message)

        return with_cookie


def set_cookie(response: Response, scope: Scope, name: str, token: str, seconds: int) -> None:
    """Set a cookie that scripts and other sites cannot use, for the path under which the product stands."""
    path, secure = cookie_path(scope), scope.get("scheme") == "https"
    response.set_cookie(name, token, seconds, path=path, httponly=True, samesite="lax", secure=secure)


def for_frames(cookie: str) -> str:
    """A cookie as a frame on another site keeps it: apart for each such site; without TLS it stays as it was.

    Without TLS a browser takes it for pages of the same site alone.
    """
    return cookie.replace("SameSite=lax", "SameSite=none; Partitioned") if cookie.endswith("; Secure") else cookie


def _not_theirs(page: Page, person: Person) -> str:
    """Why a person may not use a page; empty where they may."""
    refusal = page.refusal(person.role)
    return refusal and f"{refusal}; you are signed in as {person.role} {person.name}"


def _signing_key(file: Path) -> str:
    if not file.is_file() or not file.stat().st_size:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_name(f"{file.name}.partial")
        partial.touch(mode=0o600)
        partial.write_text(secrets.token_hex(32))
        partial.replace(file)
    return file.read_text().strip()
