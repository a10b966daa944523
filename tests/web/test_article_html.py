"""How an article is drawn: whole, with its passages to link to, and nothing in it that runs."""

import re

import pytest

from chatbot.knowledge.articles.pieces import split_article
from chatbot.web.article_html import article_html

RETURNS = """# Returns

Send it back.

## Time

A lamp can be returned **within 30 days**.

It must be unused. See [delivery](delivery.md#cost) or [the law](https://law.example/x).

## Price

| way | price |
|---|---|
| post | £3.50 |
"""


def drawn(text: str, *articles: str) -> str:
    return article_html(text, split_article("returns", text), articles)


def passage(html: str, piece: str) -> str:
    found = re.search(rf'<div class="passage" id="{piece}">(.*?)</div>', html, re.DOTALL)
    assert found, html
    return found[1]


def test_each_passage_can_be_linked_to_and_holds_what_it_says() -> None:
    lead, time, price = split_article("returns", RETURNS)
    html = drawn(RETURNS, "delivery")
    assert "Send it back." in passage(html, lead.id)
    assert "<strong>within 30 days</strong>" in passage(html, time.id) and "unused" in passage(html, time.id)
    assert "Price" not in passage(html, time.id) and "<td>£3.50</td>" in passage(html, price.id)


def test_two_passages_that_begin_in_one_paragraph_are_both_there() -> None:
    sentence = "Every lamp of the {} series can be returned to any of our shops within thirty days of the day it came."
    text = "# Long\n\n" + " ".join(sentence.format(name) for name in ("red", "blue", "green", "white", "black"))
    pieces = split_article("long", text)
    html = article_html(text, pieces, ())
    assert len(pieces) > 1 and all(f'id="{piece.id}"' in html for piece in pieces)


def test_links_lead_to_articles_that_are_there_and_out_of_the_house() -> None:
    html = drawn(RETURNS, "delivery")
    assert '<a href="delivery">delivery</a>' in html
    assert '<a href="https://law.example/x" rel="noopener noreferrer nofollow" target="_blank">the law</a>' in html
    assert "delivery.md" not in drawn(RETURNS) and "See delivery or" in drawn(RETURNS)


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "Some <b onmouseover=alert(1)>words</b>",
        "<div style='color:red' onclick=alert(1)>words</div>",
        "[x](javascript:alert(1)) and [y](data:text/html,hi) and [z](vbscript:x)",
        "![x](http://evil.example/y.png)",
        "<svg><script>alert(1)</script></svg>",
        "<iframe src='http://evil.example'></iframe>",
        '```"><script>alert(1)</script>\ncode\n```',
        "a <!-- --><script>alert(1)</script> b",
        '| a |\n|---|\n| <style>*{}</style><form action="/logout"> |',
    ],
)
def test_nothing_in_an_article_runs_or_loads(attack: str) -> None:
    html = drawn(f"# Title\n\n{attack}\n\nafter").lower()
    assert "after" in html
    tags = re.findall(r"<([a-z0-9]+)([^>]*)>", html)
    allowed = {"h1", "h2", "p", "div", "a", "strong", "em", "pre", "code", "table", "thead", "tbody", "tr", "th", "td"}
    assert {name for name, _ in tags} <= allowed, html
    assert not re.search(r"<[^>]*(?:\son\w+=|javascript:|data:|vbscript:|style=)", html), html


def test_placeholders_stay_and_a_title_in_front_matter_is_shown_once() -> None:
    html = drawn("---\ntitle: From above\n---\nSend <your name> to us.")
    assert html.count("<h1>") == 1 and "<h1>From above</h1>" in html and "&lt;your name&gt;" in html
    assert drawn("---\ntitle: From above\n---\n# Own\n\nWords.").count("<h1>") == 1
