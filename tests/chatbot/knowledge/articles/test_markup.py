"""Markdown and HTML are read alike; placeholders are no tags, and HTML within Markdown is what it means."""

import pytest

from chatbot.knowledge.articles.markup import read_html, read_markdown
from chatbot.knowledge.articles.markup_names import AMBIGUOUS, BLOCKS, CODE, ELEMENTS, FRAMES, INLINE, SKIPPED


def test_markdown_and_html_become_the_same_blocks() -> None:
    markdown = read_markdown("# Returns\n\nWithin **30** days.\n\n- a\n- b\n")
    page, title = read_html(
        "<head><title> A  page </title></head><h1>Returns</h1><p>Within <b>30</b> days.</p><ul><li>a<li>b</ul>"
    )
    assert [(one.kind, one.text) for one in markdown] == [(one.kind, one.text) for one in page]
    assert title == "A page"


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("Send <order number> to us.", "Send <order number> to us."),
        ("Type <code> here.", "Type <code> here."),
        ("Type <code>x</code> here.", "Type x here."),
        ("Use `<b>` here.", "Use <b> here."),
        ("A <b>bold</b> word.", "A bold word."),
        ("5 <!-- 6", "5 <!-- 6"),
    ],
)
def test_what_is_a_tag_and_what_is_not(markdown: str, said: str) -> None:
    assert [block.text for block in read_markdown(markdown)] == [said]


def test_html_that_is_indented_after_a_blank_line_is_no_code() -> None:
    blocks = read_markdown("<div>\n\n    <p>Inside.</p>\n\n</div>\n\n    code\n")
    assert [(block.kind, block.text) for block in blocks] == [("text", "Inside."), ("code", "code")]


def test_the_names_agree_with_one_another() -> None:
    assert BLOCKS | CODE | INLINE | SKIPPED | FRAMES | AMBIGUOUS <= ELEMENTS
    assert not BLOCKS & INLINE and not BLOCKS & SKIPPED and not BLOCKS & CODE
