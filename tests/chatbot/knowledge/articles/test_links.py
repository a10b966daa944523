"""An address is said where it tells more than the words of its link, and only where a visitor can use it."""

import pytest

from chatbot.knowledge.articles.links import linked


@pytest.mark.parametrize(
    ("words", "href", "said"),
    [
        ("our form", "https://shop.example/form", " (https://shop.example/form)"),
        ("", "https://shop.example/form", "https://shop.example/form"),
        ("form", "//shop.example/form", " (https://shop.example/form)"),
        ("form", "/form", " (/form)"),
        ("shop.example/form", "https://www.shop.example/form/", ""),
        ("write to us", "mailto:help@shop.example?subject=Hi", " (help@shop.example)"),
        ("help@shop.example", "mailto:help@shop.example", ""),
        ("01632 960 111", "tel:+441632960111", ""),
        ("ring us", "tel:+441632960111", " (+441632960111)"),
        ("above", "#returns", ""),
        ("the other article", "delivery.md#cost", ""),
        ("press", "javascript:void(0)", ""),
    ],
)
def test_what_is_said_of_a_link(words: str, href: str, said: str) -> None:
    assert linked(words, href) == said
