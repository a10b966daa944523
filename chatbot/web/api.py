"""The HTTP API: OpenAI's chat completions and models, feedback, and what an operator's monitoring asks for.

    app.include_router(api_routes(session, access, desk))

A reply goes through the same guard, retrieval, prompt and storing as on the page. A client is a visitor, known by the
cookie that its first answer sets. Signing in is not done here.
"""

import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime

import anyio
from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import iterate_in_threadpool, run_in_threadpool
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from prometheus_client import CONTENT_TYPE_LATEST

from chatbot.desk.desk import Desk
from chatbot.dialogue.running import RunningReply, Update
from chatbot.dialogue.session import Session
from chatbot.errors import InputError, UserError
from chatbot.records import Person
from chatbot.web.access import Access
from chatbot.web.api_conversations import add_conversation_routes, handoff_of
from chatbot.web.api_errors import CLIENT_CLOSED, ErrorBody, ShapedRoute, error_answer, error_body, user_error
from chatbot.web.api_pictures import take_pictures
from chatbot.web.api_requests import CompletionRequest, FeedbackRequest
from chatbot.web.api_shapes import (
    Chunk,
    FeedbackReceipt,
    ModelCard,
    ModelList,
    completion,
    first_chunk,
    last_chunk,
    text_chunk,
    usage_chunk,
)
from chatbot.web.callers import Caller, Callers
from chatbot.web.raters import Raters
from chatbot.web.routes import get_route

CHAMPION = "champion"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


def api_routes(session: Session, access: Access, desk: Desk) -> APIRouter:
    """All routes of the API."""
    router = APIRouter()
    router.include_router(_monitoring_routes(session))
    router.include_router(_openai_routes(session, access, desk))
    return router


def _openai_routes(session: Session, access: Access, desk: Desk) -> APIRouter:
    router = APIRouter(prefix="/v1", route_class=ShapedRoute)
    callers = Callers(session.settings, session.store, access)
    raters = Raters(session.store, access)
    known = Depends(callers.identify)  # before the body is looked at, so that no request is left uncounted

    @router.post("/chat/completions")
    async def complete(request: Request, body: CompletionRequest, caller: Caller = known) -> Response:
        if body.model not in _served(session):
            return _unknown_model(session, body.model)
        response = await _reply(session, raters, request, body, caller)
        return callers.welcome(caller, request, response)

    @get_route(router, "/models")
    def models(caller: Caller = known) -> ModelList:
        return ModelList(data=[_model(session, name) for name in _served(session)])

    @get_route(router, "/models/{name}")
    def model(name: str, caller: Caller = known) -> Response:
        if name not in _served(session):
            return _unknown_model(session, name)
        return JSONResponse(_model(session, name).model_dump())

    @router.post("/feedback")
    def feedback(request: Request, body: FeedbackRequest, caller: Caller = known) -> FeedbackReceipt:
        person = raters.rater(access.staff(request.cookies), caller, body)
        return FeedbackReceipt(id=body.id, stored=_store(session, person, body))

    add_conversation_routes(router, session, desk, known)

    @router.api_route("/{path:path}", methods=METHODS, include_in_schema=False)
    def unknown(path: str, request: Request, caller: Caller = known) -> Response:
        return error_answer(error_body(f"{request.method} /v1/{path} does not exist"), 404)

    return router


def _monitoring_routes(session: Session) -> APIRouter:
    router = APIRouter()

    @get_route(router, "/healthz")
    def alive() -> dict[str, str]:
        return {"status": "alive"}

    @get_route(router, "/readyz")
    def ready() -> Response:
        try:
            session.store.check()
        except Exception as error:
            return JSONResponse({"status": "not ready", "reason": f"the database cannot be read: {error}"}, 503)
        if not session.ready:
            reason = session.live.failure or "the model is being loaded"
            return JSONResponse({"status": "not ready", "reason": reason}, 503)
        live = session.live
        state = {"status": "ready", "version": live.version, "canary": live.canary, "fault": live.fault}
        return JSONResponse({name: value for name, value in state.items() if value})

    @get_route(router, "/metrics")
    def metrics() -> Response:
        return PlainTextResponse(session.metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return router


async def _reply(
    session: Session, raters: Raters, request: Request, body: CompletionRequest, caller: Caller
) -> Response:
    def begin() -> RunningReply:
        person = caller.person(body.user)
        uploads = take_pictures(session, person, body.pictures())
        if body.conversation:
            asked = body.talk()[-1]["content"]
            return session.say(person, asked, body.conversation, body.overrides(), uploads)
        return session.answer_messages(person, body.talk(), body.overrides(), uploads)

    updates = _followed(await run_in_threadpool(begin))
    created = int(time.time())
    if body.stream:
        first = await anext(updates)
        with_usage = bool(body.stream_options and body.stream_options.include_usage)
        head = first_chunk(first, created, raters.token(first.message), first.conversation)
        events = _events(session, head, first, updates, with_usage, bool(body.structured))
        return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})
    last: Update | None = None
    async with aclosing(updates):
        async for update in updates:
            last = update
            if await request.is_disconnected():
                return Response(status_code=CLIENT_CLOSED)
    if last is None:
        raise InputError("nothing was answered: send the message again")
    token, handoff = raters.token(last.message), await run_in_threadpool(handoff_of, session, last.conversation)
    told = completion(last, created, bool(body.structured), token, last.conversation, handoff)
    return JSONResponse(told.model_dump())


async def _followed(reply: RunningReply) -> AsyncGenerator[Update, None]:
    """The updates of a reply, read in threads; a reader who leaves stops it and frees its place."""
    try:
        async for update in iterate_in_threadpool(reply):
            yield update
    finally:
        with anyio.CancelScope(shield=True):
            await run_in_threadpool(reply.close)


async def _events(
    session: Session,
    head: Chunk,
    first: Update,
    updates: AsyncGenerator[Update, None],
    with_usage: bool,
    structured: bool,
) -> AsyncGenerator[str, None]:
    update, sent, created = first, 0, head.created
    async with aclosing(updates):
        yield _event(head)
        try:
            while True:
                if update.settled > sent and (update.done or not structured):
                    yield _event(text_chunk(update, created, update.text[sent : update.settled], structured))
                    sent = update.settled
                if update.done:
                    break
                update = await anext(updates)
        except UserError as error:
            yield _event(user_error(error)[1])
            return
    yield _event(last_chunk(update, created, await run_in_threadpool(handoff_of, session, update.conversation)))
    if with_usage:
        yield _event(usage_chunk(update, created))
    yield "data: [DONE]\n\n"


def _event(body: Chunk | ErrorBody) -> str:
    return f"data: {json.dumps(body.model_dump(), ensure_ascii=False)}\n\n"


def _served(session: Session) -> list[str]:
    """The names that a request may ask for: the version that answers, and its alias."""
    return [session.live.version, CHAMPION]


def _unknown_model(session: Session, name: str) -> Response:
    text = f"model {name!r} is not served here: use {CHAMPION!r} or {session.live.version!r}"
    return error_answer(error_body(text, param="model", code="model_not_found"), 404)


def _model(session: Session, name: str) -> ModelCard:
    known = next((one for one in session.store.versions.all() if one.name == session.live.version), None)
    created = int(datetime.fromisoformat(known.created_at).timestamp()) if known else 0
    return ModelCard(id=name, created=created, owned_by=session.pack.name)


def _store(session: Session, person: Person, body: FeedbackRequest) -> list[str]:
    """Store all of it or nothing; returns the kinds that were stored."""
    feedback = session.store.feedback
    if not body.rating and (body.reasons or body.comment):
        raise InputError("reasons and comment belong to a rating: send 'rating' too")
    with session.store.transaction():
        stored = []
        if body.rating:
            feedback.rate(body.message, person, body.rating, body.reasons, body.comment or None)
            stored.append("rating")
        if body.stars:
            feedback.add_stars(body.message, person, body.stars)
            stored.append("stars")
        if body.correction:
            feedback.correct(body.message, person, body.correction)
            stored.append("correction")
    if not stored:
        raise InputError("nothing to store: send 'rating', 'stars' or 'correction'")
    return stored
