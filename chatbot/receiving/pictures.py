"""Pictures, made anew: only what is seen of them is kept.

Of a JPEG, PNG, WebP or GIF the first frame is decoded, turned as the camera says, put on white where it lets through,
made smaller where it is large, and encoded as JPEG. Places, times, comments and whatever hides behind the picture go.
How many pixels it claims to have is read before any is decoded, and one picture is decoded at a time.
"""

import threading
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from PIL import Image, ImageOps

from chatbot.errors import InputError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
KINDS = {"image/jpeg", "image/png", "image/webp", "image/gif"}
KIND = "image/jpeg"
"""What every picture is made into."""
MOST_PIXELS = 50_000_000
LONGEST_SIDE, SMALL_SIDE = 2048, 480
QUALITY, SMALL_QUALITY = 88, 80
TOO_LARGE = f"this picture has more than {MOST_PIXELS // 1_000_000} million pixels: make it smaller and send it again"
UNREADABLE = "this picture cannot be read: take it again, or save it as JPEG or PNG"
BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)

_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Picture:
    """A picture with its size, and a small one beside it."""

    whole: bytes
    small: bytes
    width: int
    height: int


def remade(file: IO[bytes]) -> Picture:
    """The picture in a file, made anew; raises `InputError` for what is none, or would not fit into memory."""
    with _one_at_a_time:
        try:
            with Image.open(file, formats=FORMATS) as source:
                if source.width * source.height > MOST_PIXELS:
                    raise InputError(TOO_LARGE)
                picture = _seen(source)
        except BOMBS:
            raise InputError(TOO_LARGE) from None
        except (OSError, ValueError, SyntaxError, EOFError, IndexError, MemoryError):
            raise InputError(UNREADABLE) from None
        small = picture.copy()
        small.thumbnail((SMALL_SIDE, SMALL_SIDE))
        return Picture(_encoded(picture, QUALITY), _encoded(small, SMALL_QUALITY), *picture.size)


def _seen(source: Image.Image) -> Image.Image:
    """What is seen of a picture, without anything that stands beside its pixels."""
    lets_through = source.has_transparency_data
    decoded = source.convert("RGBA") if lets_through or source.mode == "P" else source
    decoded.thumbnail((LONGEST_SIDE, LONGEST_SIDE))  # which decodes a JPEG no larger than it needs
    turned = ImageOps.exif_transpose(decoded)
    bare = Image.new("RGB", turned.size, "white")
    bare.paste(turned.convert("RGB"), mask=turned.getchannel("A") if lets_through else None)
    return bare


def _encoded(picture: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, subsampling=0, optimize=True)
    return out.getvalue()
