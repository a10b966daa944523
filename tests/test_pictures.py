"""Every page has its pictures, in light, in dark and on a phone, and docs/pages.md shows them."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import chatbot.records
from docs.pictures.clock import PRESENT, clock_of_the_product
from docs.pictures.shots import LOOKS, SHOTS, Shot
from training.console.tabs.table import TABS

ROOT = Path(__file__).resolve().parent.parent
IMAGES, TEXT = ROOT / "docs" / "images", (ROOT / "docs" / "pages.md").read_text(encoding="utf-8")
MOST_BYTES, MOST_BYTES_OF_ALL = 150_000, 4_000_000
SHOWN = {
    "account.html": "account",
    "article.html": "article",
    "articles.html": "articles",
    "docs.html": "api",
    "inbox.html": "inbox",
    "login.html": "sign-in",
    "operate.html": "operate-overview",
}
"""The picture that shows a page made of a template."""
NOT_SHOWN = {"account_codes.html", "login_code.html", "not_framed.html", "refused.html"}
"""A form or a sentence on a card, as the sign-in page has it."""


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_a_page_has_its_pictures_and_is_told_of(shot: Shot) -> None:
    for look in LOOKS:
        name = f"{shot.name}-{look}.png"
        assert (IMAGES / name).read_bytes().startswith(b"\x89PNG"), f"run `python -m docs.pictures {shot.name}`"
        assert (IMAGES / name).stat().st_size <= MOST_BYTES
        assert f"(images/{name})" in TEXT


def test_there_are_no_others_and_they_are_small() -> None:
    files = list(IMAGES.iterdir())
    assert {file.name for file in files} == {f"{shot.name}-{look}.png" for shot in SHOTS for look in LOOKS}
    assert sum(file.stat().st_size for file in files) <= MOST_BYTES_OF_ALL


def test_no_page_of_the_product_is_forgotten() -> None:
    sources = [*(ROOT / "chatbot").rglob("*.py"), *(ROOT / "training").rglob("*.py")]
    made = {name for file in sources for name in re.findall(r'"(\w+\.html)"', file.read_text(encoding="utf-8"))}
    names = {shot.name for shot in SHOTS}
    assert made == SHOWN.keys() | NOT_SHOWN and set(SHOWN.values()) <= names
    assert {f"operate-{tab.slug}" for tab in TABS} <= names and {"chat", "widget", "operate-empty"} <= names


def test_the_pictures_have_a_clock_of_their_own() -> None:
    with clock_of_the_product() as clock:
        clock.set(PRESENT)
        assert chatbot.records.now().startswith("2026-11-25T14:20:0")
    assert chatbot.records.now() >= datetime.now(UTC).isoformat()[:16]
