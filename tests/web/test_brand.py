"""The pack's colour and logo: readable in light and dark, served as what they are."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from chatbot.errors import PackError
from chatbot.knowledge.colours import DAY, ENOUGH, NIGHT, contrast
from chatbot.knowledge.inspection import inspect_pack
from chatbot.knowledge.packs import Pack, load_pack
from chatbot.knowledge.persona import LARGEST_LOGO
from chatbot.web.brand import brand_head, brand_routes, colours
from tests.conftest import Serve
from tests.packs import write_pack

PALE = "#ffcc00"


def pack_with(folder: Path, line: str, logo: bytes | None = b"<svg/>") -> Pack:
    write_pack(folder)
    toml = (folder / "pack.toml").read_text(encoding="utf-8")
    (folder / "pack.toml").write_text(f"{line}\n{toml}", encoding="utf-8")
    if logo is not None:
        (folder / "logo.svg").write_bytes(logo)
    return load_pack(folder)


def test_a_pale_accent_is_told_and_made_readable(tmp_path: Path) -> None:
    pack = pack_with(tmp_path / "p", f'accent = "{PALE}"', None)
    assert [line for line in inspect_pack(pack) if PALE in line and "1.4 to 1" in line]
    light, dark = colours(pack.persona)
    assert contrast(light, DAY) >= ENOUGH and contrast(dark, NIGHT) >= ENOUGH
    assert light in brand_head(pack.persona) and f"--fill: {PALE}" not in brand_head(pack.persona)


def test_the_logo_and_the_stylesheet_are_served(tmp_path: Path, serve: Serve) -> None:
    app = FastAPI()
    pack = pack_with(tmp_path / "p", 'logo = "logo.svg"\naccent = "#123456"')
    app.include_router(brand_routes(lambda: pack))
    url = serve(app)
    logo = httpx.get(f"{url}/brand/logo")
    assert logo.content == b"<svg/>" and logo.headers["content-type"] == "image/svg+xml"
    assert "--accent: #123456" in httpx.get(f"{url}/brand/style.css").text


@pytest.mark.parametrize(
    ("line", "logo", "fault"),
    [
        ('logo = "logo.svg"', None, "is not in the pack's folder"),
        ('logo = "logo.svg"', b"x" * (LARGEST_LOGO + 1), "make it smaller"),
        ('logo = "../secret.svg"', None, "logo"),
        ('logo = "logo.exe"', None, "logo"),
        ('accent = "red"', None, "accent"),
        ('accent = "#fff;}body{"', None, "accent"),
    ],
)
def test_what_cannot_be_shown_is_a_fault(tmp_path: Path, line: str, logo: bytes | None, fault: str) -> None:
    with pytest.raises(PackError, match=fault):
        pack_with(tmp_path / "p", line, logo)
