"""Whether words in a colour can be read on a ground, by WCAG 2's contrast, and the nearest colour that can.

contrast("#2f6f62", WHITE)  # 5.9; words need 4.5 (level AA)
"""

from colorsys import hls_to_rgb, rgb_to_hls
from typing import Annotated

from pydantic import StringConstraints

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
WHITE, DAY, NIGHT = "#ffffff", "#f6f7f9", "#1d232a"
"""The grounds that are hardest to read on: the darkest one of light pages, the lightest one of dark pages."""
ENOUGH = 4.5
STEPS = 50


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: str, ground: str) -> str:
    """The colour, darker or lighter as far as words in it need on this ground."""
    hue, lightness, saturation = rgb_to_hls(*(channel / 255 for channel in _channels(colour)))
    end = 0.0 if _luminance(ground) > 0.18 else 1.0
    lit = (lightness + (end - lightness) * step / STEPS for step in range(STEPS + 1))
    shades = (_hex(hls_to_rgb(hue, one, saturation)) if one != lightness else colour for one in lit)
    return next(shade for shade in shades if contrast(shade, ground) >= ENOUGH)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(channels: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
