"""Wire settings, store, engine, pages and API together, and serve them.

    python app.py [--host H] [--port P] [--no-train]

Holds no behaviour of its own. Training runs in a process of its own, started from here or from `/operate`.
"""

import contextlib
import gc
import os
import sys
import threading
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import click
from anyio import to_thread

from chatbot.acting import SYSTEM, TERMINAL, acting, terminal_actor
from chatbot.bases import ChosenBase
from chatbot.chosen_settings import chosen_settings
from chatbot.commands import keep_to_owner, quieten, run_command
from chatbot.listening import listen
from chatbot.server_lock import ServerLock
from chatbot.settings import Settings, load_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from chatbot.dialogue.session import Session
    from training.console.console import Console
    from training.runs.jobs import Jobs

READY_POLL_SECONDS = 0.5
LONGEST_START_SECONDS = 60


@click.command()
@click.option("--host", help="Address to listen on. Default: the setting `host`.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.")
@click.option("--no-train", is_flag=True, help="Do not start the first fine-tune by itself.")
def serve(host: str | None, port: int | None, no_train: bool) -> None:
    """Serve the chatbot in a browser."""
    gc.disable()  # until the first question can be answered: collecting while libraries load takes a quarter longer
    given = {"host": host, "port": port, "auto_train": False if no_train else None}
    settings = load_settings(**{key: value for key, value in given.items() if value is not None})
    keep_to_owner(settings.home)
    lock = ServerLock.take(settings.home)
    listener = listen(settings.host, settings.port)
    address = f"http://{settings.host}:{listener.getsockname()[1]}"
    lock.tell(f"the server at {address} (process {os.getpid()})")
    click.echo(f"starting; the chat will be at {address}", err=True)
    app = build_app(settings, address)
    import uvicorn

    from chatbot.web.connections import BoundedConnection

    config = uvicorn.Config(
        app, http=BoundedConnection, log_level="warning", timeout_graceful_shutdown=3, proxy_headers=False
    )
    listener.listen(config.backlog)  # whoever reads the address and is quick waits for the server, and is not refused
    uvicorn.Server(config).run(sockets=[listener])


def build_app(settings: Settings, address: str = "") -> "FastAPI":
    """The whole product as one ASGI app; the model loads in the background while the pages are built."""
    from chatbot.store import open_store
    from chatbot.store.sqlite.backup import forget_leftovers
    from chatbot.store.sqlite.restoring import carry_on

    carry_on(settings.home)
    forget_leftovers(settings.home)
    store = open_store(settings.database)
    store.conversations.mark_interrupted()
    with acting(terminal_actor(), TERMINAL):
        store.events.add(SYSTEM, "server_started", address, settings=chosen_settings(settings))
    from fastapi import FastAPI

    from chatbot.desk.deliverer import Deliverer
    from chatbot.desk.desk import Desk
    from chatbot.desk.presence import Presence
    from chatbot.dialogue.opening import open_session
    from chatbot.erasure.keeping import Keeper
    from chatbot.web.access import Access
    from chatbot.web.brand import brand_head
    from chatbot.web.chat import build_chat_page
    from chatbot.web.guarding import guard
    from chatbot.web.mounting import mount_page
    from chatbot.web.pages import CHAT
    from chatbot.web.standing import Standing
    from training.console.console import Console
    from training.runs.jobs import Jobs

    session = open_session(settings, store, serving=True)
    access = Access(store, settings.home / "cookie.key", [session.pack.name, session.pack.persona.title])
    jobs = Jobs(settings, store)
    keeper = Keeper(settings, store)
    standing = Standing(session)
    desk, deliverer = Desk(store, Presence(store, settings.agent_grace_seconds)), Deliverer(settings, store)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens += settings.max_concurrent + settings.max_waiting
        session.live.watch()
        keeper.start()
        desk.start()
        deliverer.start()
        standing.start()
        _announce(settings, session, address)
        threading.Thread(target=_when_ready, args=(session, jobs), daemon=True).start()
        yield
        standing.close()
        deliverer.close()
        desk.stop()
        keeper.close()
        jobs.close()
        session.live.close()

    app = FastAPI(title="Chatbot", lifespan=lifespan, docs_url=None, redoc_url=None)
    guard(app, settings, access)
    _add_routes(app, Console(session, access, jobs, desk))
    return mount_page(app, CHAT, build_chat_page(session, access), brand_head(session.pack.persona))


def _add_routes(app: "FastAPI", console: "Console") -> None:
    """Everything but the pages of Gradio, which take what is left below their paths."""
    from chatbot.web.api import api_routes
    from chatbot.web.articles import article_routes
    from chatbot.web.brand import brand_routes
    from chatbot.web.closed_pages import docs_routes
    from chatbot.web.event_streams import event_routes
    from chatbot.web.inbox.api import inbox_routes
    from chatbot.web.inbox.page import inbox_page_routes
    from chatbot.web.modules import FOLDER, Modules
    from chatbot.web.openid import Provider
    from chatbot.web.own_chats import own_chats_routes
    from chatbot.web.own_memory import own_memory_routes
    from chatbot.web.sign_in import login_routes
    from chatbot.web.uploads import upload_routes
    from chatbot.web.vendored import mount_vendored
    from chatbot.web.widget import widget_routes
    from training.console import page

    session, access, desk = console.session, console.access, console.desk
    settings, modules = session.settings, Modules(FOLDER, page.FOLDER)
    provider = Provider(settings) if settings.openid_issuer else None
    app.include_router(login_routes(access, provider, lambda: session.pack.persona.title))
    app.include_router(docs_routes())
    app.include_router(article_routes(lambda: session.pack))
    app.include_router(brand_routes(lambda: session.pack))
    app.include_router(own_chats_routes(session, access))
    app.include_router(upload_routes(session, access))
    app.include_router(widget_routes(session))
    app.include_router(own_memory_routes(session, access))
    app.include_router(api_routes(session, access, desk))
    app.include_router(event_routes(settings, access, desk))
    app.include_router(inbox_routes(session, access, desk))
    app.include_router(inbox_page_routes(access, lambda: session.pack.persona.title, modules))
    app.include_router(page.operate_routes(console, modules))
    modules.mount(app)
    mount_vendored(app)


def _when_ready(session: "Session", jobs: "Jobs") -> None:
    """Collect garbage again, but what was loaded to stay; once nothing else is to do, start the first fine-tune.

    Then what nothing needs any more goes.
    """
    from chatbot.dialogue.old_vectors import remove_unneeded

    waited = 0.0
    while not session.ready:
        time.sleep(READY_POLL_SECONDS)
        waited += READY_POLL_SECONDS
        if waited > LONGEST_START_SECONDS:
            gc.enable()
    gc.freeze()
    gc.enable()
    if session.settings.auto_train:
        jobs.start_first()
    remove_unneeded(session.settings, session.store, session.pack.name)


def _announce(settings: Settings, session: "Session", address: str) -> None:
    from chatbot.web.pages import OPERATE, REVIEW

    if isinstance(settings.base_model, ChosenBase):
        click.echo(f"base model {settings.base_model}: {settings.base_model.why}", err=True)
    click.echo(f"chat: {address}  ·  {session.live.version} answers on the pack {session.pack.name}", err=True)
    if any(person.role == "operator" for person in session.store.people.staff()):
        click.echo(f"agents: {address}{REVIEW.path}  ·  operators: {address}{OPERATE.path}", err=True)
    else:
        click.echo("make the first operator: python -m chatbot user add NAME --role operator", err=True)


def main() -> int:
    """Run the command line and return its exit code."""
    quieten()
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    return run_command(serve)


if __name__ == "__main__":
    sys.exit(main())
