"""Setting up an app that makes codes (TOTP), on the page of one's own account."""

from collections.abc import Callable
from typing import Annotated

import pyotp
import segno
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from chatbot.errors import BusyError, InputError, NotFoundError
from chatbot.records import Person
from chatbot.web.access import Access
from chatbot.web.api_errors import retry_headers
from chatbot.web.plain_pages import plain_page
from chatbot.web.sign_in_tries import SignInTry
from chatbot.web.sub_path import redirect

PAGE = "account_codes.html"


def code_routes(access: Access, owner: Callable[[Request], Person], home: str) -> APIRouter:
    """What the buttons of the section on codes do; `owner` tells whose account it is, `home` is its page."""
    router = APIRouter(include_in_schema=False)
    store = access.store
    Owner = Annotated[Person, Depends(owner)]

    @router.post("/codes")
    def begin(person: Owner) -> Response:
        if person.issuer:
            return plain_page(
                PAGE, 409, fault=f"You sign in through {person.issuer}, which asks for codes if it should."
            )
        try:
            secret = store.second_factors.propose(person)
        except InputError as error:
            return plain_page(PAGE, 409, fault=f"{error}.")
        issuer = access.words[-1] if access.words else "Chatbot"
        link = pyotp.TOTP(secret).provisioning_uri(name=person.name or "", issuer_name=issuer)
        return plain_page(PAGE, secret=secret, link=link, picture=segno.make(link).svg_inline(scale=4))

    @router.post("/codes-on")
    def turn_on(request: Request, person: Owner, code: str = Form("")) -> Response:
        try:
            attempt = SignInTry(store.rates, request, person.name or "")
        except BusyError as error:
            return plain_page(PAGE, 429, retry_headers(error), fault=str(error))
        here = access.sign_in(request.cookies)
        try:
            with store.transaction():
                recovery = store.second_factors.turn_on(person, code)
                store.sign_ins.end_all(person, but=here.id if here else None)
        except InputError as error:
            return plain_page(PAGE, 422, fault=f"{error}.")
        attempt.succeeded()
        return plain_page(PAGE, recovery=recovery)

    @router.post("/codes-off")
    def turn_off(request: Request, person: Owner, password: str = Form("")) -> Response:
        try:
            attempt = SignInTry(store.rates, request, person.name or "")
        except BusyError as error:
            return plain_page(PAGE, 429, retry_headers(error), fault=str(error))
        if store.people.check_password(person.name or "", password) is None:
            return redirect(request.scope, f"{home}?fault=password")
        attempt.succeeded()
        try:
            store.second_factors.turn_off(person, person.actor)
        except NotFoundError:
            return redirect(request.scope, home)
        return redirect(request.scope, f"{home}?done=codes-off")

    return router
