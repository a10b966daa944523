"""Files that visitors send on the chat page: taken, shown to them and to the staff, taken back until they are sent.

    POST /uploads?name=lamp.jpg           the file itself as the body; told is its id
    GET /uploads/{id}                     for whoever sent it; `?small` a small picture, `?save` to keep it
    DELETE /uploads/{id}                  as long as no message was sent with it
    GET /review/api/uploads/{id}          for the staff, once it was sent

Only a browser that has opened the chat may send one. What is answered is never run by a browser: a picture that was
made anew, or an attachment.
"""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from starlette.requests import ClientDisconnect

from chatbot.desk.sent_files import STAFF_FILES
from chatbot.dialogue.session import Session
from chatbot.errors import AccessError, NotFoundError
from chatbot.receiving.receiver import Receiver
from chatbot.records import Person
from chatbot.store import Store
from chatbot.store.uploads import Upload
from chatbot.web.access import Access
from chatbot.web.file_views import file_view
from chatbot.web.pages import REVIEW
from chatbot.web.plain_errors import PlainRoute
from chatbot.web.rates import RateLimits
from chatbot.web.routes import get_route
from chatbot.web.upload_bodies import UploadPlaces, spooled

UPLOADS = "/uploads"
NOBODY = "open the chat in this browser first: files are taken from its visitors only"
LEFT = 499
Name = Annotated[str, Query(max_length=1000)]


def upload_routes(session: Session, access: Access) -> APIRouter:
    """The routes for visitors and for the staff."""
    router = APIRouter(include_in_schema=False, route_class=PlainRoute)
    receiver, places = Receiver(session.settings, session.store), UploadPlaces()
    limits, store = RateLimits(session.settings, access), session.store

    def admitted(request: Request) -> Person:
        visitor = access.visitor_id(request.cookies)
        if visitor is None:
            raise AccessError(NOBODY)
        limits.upload(request)
        person = store.people.visitor(visitor)
        receiver.admit(person)
        return person

    def own(request: Request, upload: str) -> tuple[Person, Upload]:
        visitor = access.visitor_id(request.cookies)
        person = store.people.get(visitor) if visitor else None
        if person is None:
            raise NotFoundError(f"file {upload!r} does not exist: it was deleted, or never sent")
        return person, store.uploads.get(upload, person)

    @router.post(UPLOADS)
    async def take(request: Request, name: Name = "") -> Response:
        person = await run_in_threadpool(admitted, request)
        try:
            async with places.place(person.id), spooled(request, receiver.largest, receiver.too_large) as file:
                taken = await run_in_threadpool(receiver.take, person, name, file)
        except ClientDisconnect:
            return Response(status_code=LEFT)
        return JSONResponse(file_view(taken), 201)

    @get_route(router, f"{UPLOADS}/{{upload}}", include_in_schema=False)
    def show(request: Request, upload: str) -> Response:
        return _shown(store, own(request, upload)[1], request)

    @router.delete(f"{UPLOADS}/{{upload}}", status_code=204)
    def discard(request: Request, upload: str) -> None:
        person, found = own(request, upload)
        store.uploads.discard(found.id, person)

    @get_route(router, f"{STAFF_FILES}/{{upload}}", include_in_schema=False)
    def show_staff(request: Request, upload: str) -> Response:
        access.staff_for(REVIEW, request.cookies)
        found = store.uploads.get(upload)
        if found.conversation is None:
            raise NotFoundError(f"file {upload!r} does not exist: it was deleted, or never sent")
        return _shown(store, found, request)

    return router


def _shown(store: Store, upload: Upload, request: Request) -> Response:
    """The bytes of a file: a picture in the page, anything else to be saved."""
    content = store.uploads.content(upload.id)
    small = "small" in request.query_params and upload.is_picture
    how = "inline" if upload.is_picture and "save" not in request.query_params else "attachment"
    headers = {
        "Content-Disposition": f"{how}; filename*=utf-8''{quote(upload.name)}",
        "Cache-Control": "private, no-store",
    }
    return Response(content.small if small else content.whole, media_type=upload.kind, headers=headers)
