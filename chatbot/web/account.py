"""The page of one's own account: where one is signed in, one's password, and codes from an app.

Stands behind `AccessMiddleware` like the other pages of the staff. `sign_in` puts it beside the sign-in page.
"""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import Response

from chatbot.errors import AccessError, BusyError, InputError, UserError
from chatbot.records import Person
from chatbot.store.passwords import SHORTEST_PASSWORD
from chatbot.web.access import Access
from chatbot.web.account_codes import code_routes
from chatbot.web.api_errors import retry_headers
from chatbot.web.pages import ACCOUNT, OPERATE
from chatbot.web.plain_pages import plain_page
from chatbot.web.routes import get_route
from chatbot.web.sign_in_tries import SignInTry
from chatbot.web.sub_path import redirect

HOME = f"{ACCOUNT.path}/"
WRONG = "Your present password is another one."
DONE = {
    "ended": "That sign-in has ended.",
    "others": "You are signed in here only.",
    "codes-off": "No codes are asked for any more.",
    "password": "Your password is changed, and you are signed in here only.",
}


def account_routes(access: Access) -> APIRouter:
    """The page at `/account/` and what its buttons do."""
    router = APIRouter(prefix=ACCOUNT.path, include_in_schema=False)
    store = access.store

    owner = owner_by(access)
    Owner = Annotated[Person, Depends(owner)]

    @get_route(router, "/", include_in_schema=False)
    def show(request: Request, person: Owner, done: str = "", fault: str = "") -> Response:
        return _page(access, request, person, WRONG if fault else "", done)

    @router.post("/end")
    def end(request: Request, person: Owner, id: str = Form("")) -> Response:
        try:
            store.sign_ins.end(person, id)
        except UserError as error:
            return _page(access, request, person, f"{error}.", status=404)
        return redirect(request.scope, f"{HOME}?done=ended" if access.staff(request.cookies) else "/login")

    @router.post("/end-others")
    def end_others(request: Request, person: Owner) -> Response:
        here = access.sign_in(request.cookies)
        store.sign_ins.end_all(person, but=here.id if here else None)
        return redirect(request.scope, f"{HOME}?done=others")

    @router.post("/password")
    def change_password(
        request: Request, person: Owner, password: str = Form(""), new: str = Form(""), again: str = Form("")
    ) -> Response:
        try:
            attempt = SignInTry(store.rates, request, person.name or "")
        except BusyError as error:
            return _page(access, request, person, str(error), status=429, headers=retry_headers(error))
        if store.people.check_password(person.name or "", password) is None:
            return _page(access, request, person, WRONG, status=401)
        attempt.succeeded()
        try:
            if new != again:
                raise InputError("the new password was typed differently the second time")
            changed = store.accounts.set_password(person, new, person.actor, access.words)
        except InputError as error:
            return _page(access, request, person, f"Nothing was changed: {error}.", status=422)
        return access.admit(request, redirect(request.scope, f"{HOME}?done=password"), changed)

    router.include_router(code_routes(access, owner, HOME))
    return router


def owner_by(access: Access) -> Callable[[Request], Person]:
    """Whose account a request is about: that of whoever is signed in."""

    def owner(request: Request) -> Person:
        try:
            return access.staff_for(ACCOUNT, request.cookies)
        except AccessError as error:
            raise HTTPException(401, str(error)) from error

    return owner


def _page(
    access: Access,
    request: Request,
    person: Person,
    fault: str = "",
    done: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    factors = access.store.second_factors
    return plain_page(
        "account.html",
        status,
        headers,
        person=person,
        fault=fault,
        done=DONE.get(done, ""),
        here=access.sign_in(request.cookies),
        sign_ins=access.store.sign_ins.of(person),
        operates=not OPERATE.refusal(person.role),
        shortest=SHORTEST_PASSWORD,
        codes=factors.is_on(person),
        codes_left=factors.recovery_codes_left(person),
    )
