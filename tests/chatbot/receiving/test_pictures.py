"""Pictures made anew: what is seen stays, what is not seen goes, and none is too large to be read."""

import tracemalloc
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from chatbot.errors import InputError
from chatbot.receiving.pictures import LONGEST_SIDE, SMALL_SIDE, remade
from tests.pictures import bomb, picture

SECRET = b"48.8583,2.2945"


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content), formats=["JPEG"])


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_is_encoded_anew_beside_a_small_one(form: str) -> None:
    made = remade(BytesIO(picture((3000, 1500), form)))
    assert (made.width, made.height) == opened(made.whole).size == (LONGEST_SIDE, LONGEST_SIDE // 2)
    assert max(opened(made.small).size) == SMALL_SIDE
    red, green = opened(made.whole).getpixel((9, 9)), opened(made.whole).getpixel((2000, 1000))
    assert red[0] > 200 > red[1] and green[1] > 100 > green[0]  # type: ignore[index]


def test_nothing_that_stands_beside_the_pixels_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x013B] = SECRET.decode(), SECRET.decode()
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET.decode())
    given = [
        picture(exif=exif, comment=SECRET, icc_profile=SECRET),
        picture(form="PNG", pnginfo=text, exif=exif),
        picture(form="WEBP", exif=exif, xmp=SECRET),
        picture(form="GIF", comment=SECRET),
        picture() + b"<script>" + SECRET,
    ]
    for content in given:
        made = remade(BytesIO(content))
        assert SECRET in content and SECRET not in made.whole + made.small
        assert not opened(made.whole).getexif() and b"<script" not in made.whole


def test_it_is_turned_as_the_camera_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    made = remade(BytesIO(picture((60, 40), exif=exif)))
    assert (made.width, made.height) == (40, 60)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16"])
def test_what_lets_through_is_put_on_white_and_every_mode_is_read(mode: str) -> None:
    out = BytesIO()
    Image.new(mode, (8, 8)).save(out, "PNG")
    shown = opened(remade(out).whole).getpixel((4, 4))
    assert (min(shown) > 250) == (mode in ("RGBA", "LA"))  # type: ignore[arg-type]


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (12_000, 12_000), (8_000, 8_000)])
def test_a_bomb_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    tracemalloc.start()
    with pytest.raises(InputError, match="million pixels"):
        remade(BytesIO(bomb(width, height)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize("content", [picture()[:200], bomb(100, 100), b"\x89PNG\r\n\x1a\njunk", b"GIF89a", b""])
def test_what_is_broken_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        remade(BytesIO(content))
