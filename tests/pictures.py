"""Pictures and other files for tests, made here."""

import struct
import zlib
from io import BytesIO

from PIL import Image

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
SCRIPT = b"#!/bin/sh\nrm -rf ~\n"
PDF = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n"


def picture(size: tuple[int, int] = (60, 40), form: str = "JPEG", mode: str = "RGB", **how: object) -> bytes:
    """A picture whose upper left corner is red."""
    drawn = Image.new(mode, size, "green")
    if mode == "RGB":
        drawn.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    out = BytesIO()
    drawn.save(out, form, **how)
    return out.getvalue()


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A few bytes of a PNG that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(9999))) + chunk(b"IEND", b"")
    )
