"""The product to be attacked, as a process of its own on a new home: the lamp shop's pack, the scripted engine, and
people of every role. No rate but that of signing in keeps the attacks back.
"""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app import build_app
from benchmarks.attacks.matrix import Cast, Routes
from benchmarks.attacks.routes import routes_of
from benchmarks.running_product import OPEN_RATES, Product, serving
from chatbot.records import new_id
from chatbot.settings import load_settings
from chatbot.store import Store, open_store
from chatbot.web.access import STAFF_COOKIE, VISITOR_COOKIE, Access
from tests.packs import write_pack

OPERATOR, AGENT, DISABLED = "Olga", "Anna", "Dora"
PASSWORD = "correct horse battery"
BASE = "smollm2-135m-instruct"
SCRIPTED = {"CHATBOT_ENGINE": "scripted", "CHATBOT_BASE_MODEL": BASE, "CHATBOT_MIN_SCORE": "0.1"}
PROXIED = {"CHATBOT_TRUSTED_PROXIES": '["127.0.0.1"]'}
"""So that a guesser's forwarded addresses are believed, which is the harder case."""


@dataclass(frozen=True)
class Target:
    """The running product, all its routes, and what makes the headers of each role."""

    product: Product
    routes: Routes
    cast: Cast


@contextmanager
def target() -> Iterator[Target]:
    """The product, ready."""
    with tempfile.TemporaryDirectory(prefix="chatbot-attacked-") as folder:
        home, pack = Path(folder) / "home", str(write_pack(Path(folder) / "lamps"))
        settings = load_settings(home=home, pack=pack, engine="scripted", base_model=BASE, min_score=0.1)
        with closing(open_store(settings.database)) as store:
            cast = cast_of(store, Access(store, home / "cookie.key"))
            routes = sorted(set(routes_of(build_app(settings).routes)))
            given = SCRIPTED | OPEN_RATES | PROXIED | {"CHATBOT_PACK": pack}
            with serving(home, Path(folder) / "server.log", **given) as (url, process):
                yield Target(Product(url, process, store), routes, cast)


def cast_of(store: Store, access: Access) -> Cast:
    """People of every role; staff are signed in anew each time, as some of what is sent signs them out."""
    store.people.add_staff(OPERATOR, "operator", PASSWORD)
    store.people.add_staff(AGENT, "agent", PASSWORD)
    left = store.people.add_staff(DISABLED, "operator", PASSWORD)
    disabled = access.staff_token(left)
    store.accounts.disable(left, "system")
    visitors = [access.visitor_token(new_id()) for _ in range(2)]
    app_key, agents_key = store.keys.add("shop", "app"), store.keys.add("desk", "agent")

    def staff(name: str) -> dict[str, str]:
        return _cookie(STAFF_COOKIE, access.staff_token(store.accounts.named(name)))

    return {
        "stranger": dict,
        "visitor": lambda: _cookie(VISITOR_COOKIE, visitors[0]),
        "other visitor": lambda: _cookie(VISITOR_COOKIE, visitors[1]),
        "agent": lambda: staff(AGENT),
        "operator": lambda: staff(OPERATOR),
        "app's key": lambda: {"Authorization": f"Bearer {app_key}"},
        "agent's key": lambda: {"Authorization": f"Bearer {agents_key}"},
        "disabled user": lambda: _cookie(STAFF_COOKIE, disabled),
    }


def _cookie(name: str, token: str) -> dict[str, str]:
    return {"Cookie": f"{name}={token}"}
