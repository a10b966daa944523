"""The page at `/review/`: its frame, in which our own modules draw what they ask of the API.

Stands behind `AccessMiddleware` like the other pages of the staff.
"""

import json
from collections.abc import Callable
from typing import get_args

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from chatbot.errors import AccessError
from chatbot.records import STAR_CRITERIA, CaseReason
from chatbot.web.access import Access
from chatbot.web.modules import Modules
from chatbot.web.pages import OPERATE, REVIEW
from chatbot.web.plain_pages import drawing, plain_page
from chatbot.web.routes import get_route


def inbox_page_routes(access: Access, title_now: Callable[[], str], modules: Modules) -> APIRouter:
    """The page; `title_now` is the pack's title as it is."""
    router = APIRouter(prefix=REVIEW.path, include_in_schema=False)

    @get_route(router, "/", include_in_schema=False)
    def show(request: Request) -> Response:
        try:
            person = access.staff_for(REVIEW, request.cookies)
        except AccessError as error:
            raise HTTPException(401, str(error)) from error
        title = title_now()
        facts = {"title": title, "criteria": STAR_CRITERIA, "reasons": get_args(CaseReason)}
        return plain_page(
            "inbox.html",
            name="Review",
            page="review",
            title=title,
            person=person,
            operates=not OPERATE.refusal(person.role),
            static=f"..{modules.path}",
            modules=modules.of("shared", "inbox"),
            facts=json.dumps(facts),
            icon=drawing,
        )

    return router
