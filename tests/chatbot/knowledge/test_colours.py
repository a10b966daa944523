"""Contrast by WCAG 2, and colours in which words can be read."""

import pytest

from chatbot.knowledge.colours import DAY, ENOUGH, NIGHT, WHITE, contrast, readable


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", WHITE) == pytest.approx(21) and contrast(WHITE, WHITE) == 1
    assert contrast("#777777", WHITE) == pytest.approx(4.48, abs=0.01) and contrast("#767676", WHITE) >= ENOUGH


@pytest.mark.parametrize("colour", ["#ffcc00", "#ffffff", "#000000", "#2f6f62", "#ff0000", "#7f7f7f"])
@pytest.mark.parametrize("ground", [DAY, NIGHT])
def test_every_colour_becomes_readable_on_both_grounds(colour: str, ground: str) -> None:
    assert contrast(readable(colour, ground), ground) >= ENOUGH


def test_a_colour_that_can_be_read_stays() -> None:
    assert readable("#2f6f62", WHITE) == "#2f6f62"
