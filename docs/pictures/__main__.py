"""Take the pictures of docs/images anew, all of them or those that are named.

    python -m docs.pictures [NAME ...]

Needs Chromium. Makes an installation in a folder of its own, lives through eight weeks there and serves it; what is
drawn comes from the product, the people are made up. Each page is taken in light, in dark and on a phone.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import click
import numpy as np
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from scipy.spatial import cKDTree

from app import build_app
from chatbot.knowledge.packs import load_pack
from chatbot.libraries import one_core_each
from chatbot.settings import Settings, load_settings
from chatbot.store import open_store
from chatbot.web.access import STAFF_COOKIE, VISITOR_COOKIE, Access
from docs.pictures import words
from docs.pictures.clock import PRESENT, Clock, clock_of_the_product
from docs.pictures.home import PASSWORD, Filling, Home, engine_of
from docs.pictures.serving import Port, shop
from docs.pictures.shots import LOOKS, SHOTS, Look, Shot
from training.runs.lock import TrainingLock

IMAGES = Path(__file__).resolve().parents[1] / "images"
SIZES = {"light": (1280, 860), "dark": (1280, 860), "phone": (390, 844)}
SHARP = 1.5  # pixels of a phone's picture to one of its page
COLOURS, EXACT = 256, 128
SETTLED_MS = 900
PATIENCE_MS = 120_000
FLAGS = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"]


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([shot.name for shot in SHOTS]))
def take(names: tuple[str, ...]) -> None:
    """Take pictures of the pages."""
    IMAGES.mkdir(exist_ok=True)
    chosen = [shot for shot in SHOTS if not names or shot.name in names]
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as places, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for look in LOOKS:
            studio = Studio(browser, look, places)
            for shot in chosen:
                file = IMAGES / f"{shot.name}-{look}.png"
                file.write_bytes(small(studio.taken(shot)))
                click.echo(f"{file.name}: {file.stat().st_size / 1024:.0f} kB")


@dataclass(frozen=True)
class Places:
    """Where pages stand, and the cookies of those who look at them, by site and name."""

    home: Home
    urls: Mapping[str, str]
    tokens: Mapping[tuple[str, str], str]


class Studio:
    """Browsers in one look, one for each who looks."""

    def __init__(self, browser: Browser, look: Look, places: Places) -> None:
        self._browser, self._look, self._places = browser, look, places
        self._contexts: dict[tuple[str, str], BrowserContext] = {}

    def taken(self, shot: Shot) -> bytes:
        """A picture of a page."""
        whose = (shot.site, shot.viewer)
        context = self._contexts.get(whose) or self._contexts.setdefault(whose, self._context(*whose))
        page = context.new_page()
        page.clock.set_fixed_time(PRESENT)
        page.goto(self._places.urls[shot.site] + shot.path)
        drawn(page)
        shot.act(page, self._places.home)
        drawn(page)
        picture: bytes = page.screenshot(animations="disabled", caret="hide")
        page.close()
        return picture

    def _context(self, site: str, viewer: str) -> BrowserContext:
        wide, high = SIZES[self._look]
        phone = self._look == "phone"
        context = self._browser.new_context(
            viewport={"width": wide, "height": high},
            color_scheme="dark" if self._look == "dark" else "light",
            device_scale_factor=SHARP if phone else 1,
            has_touch=phone,
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/London",
        )
        context.set_default_timeout(PATIENCE_MS)
        if token := self._places.tokens.get((site, viewer)):
            name = VISITOR_COOKIE if viewer == "visitor" else STAFF_COOKIE
            context.add_cookies([{"name": name, "value": token, "url": self._places.urls[site]}])
        return context


def drawn(page: Page) -> None:
    """Wait until a page has settled."""
    page.wait_for_load_state("load")
    page.locator("[aria-busy=true]:visible").first.wait_for(state="detached")
    if page.locator("gradio-app").count():
        page.locator("#box textarea").wait_for()
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(SETTLED_MS)


def small(picture: bytes) -> bytes:
    """A picture in few colours: those that most of it has as they are, and what comes nearest to the others."""
    drawn = Image.open(BytesIO(picture)).convert("RGB")
    pixels = np.asarray(drawn).reshape(-1, 3) @ (1 << 16, 1 << 8, 1)
    packed, places, counts = np.unique(pixels, return_inverse=True, return_counts=True)
    found = np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=1)
    rest = np.array(drawn.quantize(COLOURS - EXACT).getpalette()).reshape(-1, 3)
    palette = np.concatenate([found[np.argsort(-counts)[:EXACT]], rest])
    nearest = cKDTree(palette).query(found)[1].astype(np.uint8)
    out = BytesIO()
    few = Image.fromarray(nearest[places].reshape(drawn.height, drawn.width), "P")
    few.putpalette(palette.astype(np.uint8).tobytes())
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


@contextmanager
def served(folder: Path) -> Iterator[Places]:
    """A filled and an empty installation, and a shop on which the chat stands."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    ports = {name: Port() for name in ("filled", "empty", "shop")}
    one_core_each()
    with ExitStack() as stack:
        clock = stack.enter_context(clock_of_the_product())
        filled, empty = (installation(folder / name, ports["shop"].url) for name in ("filled", "empty"))
        home = _fill(filled, clock)
        lock = TrainingLock.take(filled.home)
        assert lock
        stack.callback(lock.let_go)
        tokens = _tokens(home, filled, empty)
        for name, app in (
            ("filled", build_app(filled)),
            ("empty", build_app(empty)),
            ("shop", shop(ports["filled"].url)),
        ):
            stack.enter_context(ports[name].serving(app))
        yield Places(home, {name: port.url for name, port in ports.items()}, tokens)


def installation(home: Path, shop_url: str) -> Settings:
    """The settings of an installation that needs no weights."""
    return load_settings(
        home=home,
        pack="larkspur",
        engine="scripted",
        base_model="smollm2-135m-instruct",
        auto_train=False,
        agent_grace_seconds=3600,
        widget_origins=[shop_url],
    )


def _fill(settings: Settings, clock: Clock) -> Home:
    clock.set(PRESENT - timedelta(days=words.DAYS + 1))
    store = open_store(settings.database)
    engine_of(load_pack(settings.pack_folder))
    try:
        return Filling(settings, store, clock).fill()
    finally:
        store.close()


def _tokens(home: Home, filled: Settings, empty: Settings) -> dict[tuple[str, str], str]:
    tokens = {}
    for site, settings in (("filled", filled), ("empty", empty)):
        store = open_store(settings.database)
        access = Access(store, settings.home / "cookie.key")
        if site == "empty":
            store.people.add_staff("Olga Brandt", "operator", PASSWORD)
        else:
            tokens[site, "visitor"] = access.visitor_token(home.visitor.id)
        for person in store.people.staff():
            tokens[site, str(person.name)] = access.staff_token(person, "203.0.113.7", "Firefox on Linux")
        store.close()
    return tokens


if __name__ == "__main__":
    sys.exit(take())
