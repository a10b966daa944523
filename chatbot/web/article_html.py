"""An article as people read it: Markdown drawn as HTML, in which each passage that the bot may quote has its id.

HTML within an article is never passed on as it stands: it is read as retrieval reads it, and drawn again from that.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from chatbot.knowledge.articles.front_matter import without_front_matter
from chatbot.knowledge.articles.markup import TAG, read_html
from chatbot.knowledge.articles.markup_names import ELEMENTS
from chatbot.knowledge.articles.pieces import Piece
from chatbot.knowledge.articles.visible import visible

OUTWARD = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
ARTICLE = re.compile(r"(?:\./)?([^/#?]+)\.(?:md|markdown)(?:#.*)?$", re.IGNORECASE)
ELEMENT_OF = {"h1": "h1", "h2": "h2", "text": "p", "item": "p", "code": "pre"}
HEADINGS = ("h1", "h2")


@dataclass
class _Block:
    """A block of the page, and the line that it begins in."""

    tokens: list[Token]
    line: int
    passages: list[str] = field(default_factory=list)
    follows: bool = False  # belongs to the passage of the block before it

    @property
    def opens_section(self) -> bool:
        return self.tokens[0].tag in HEADINGS


def article_html(text: str, pieces: Sequence[Piece], articles: Collection[str]) -> str:
    """The HTML of an article; `pieces` are its own in their order, `articles` the names that its links may lead to."""
    body, title = without_front_matter(visible(text))
    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = markdown.parse(body)
    for token in tokens:
        if token.type == "html_block":
            token.content = _read_again(token.content)
        token.children = list(_inline(token.children or [], articles)) if token.children else token.children
    blocks = list(_blocks(tokens))
    _mark(blocks, pieces)
    drawn = [f"<h1>{escape(title)}</h1>"] if title and not any(block.tokens[0].tag == "h1" for block in blocks) else []
    for block in blocks:
        html = str(markdown.renderer.render(block.tokens, markdown.options, {}))
        if block.follows and not block.passages:
            drawn[-1] = drawn[-1].removesuffix("</div>") + html + "</div>"
        elif block.passages:
            first, *others = block.passages
            anchors = "".join(f'<a id="{escape(other)}"></a>' for other in others)
            drawn.append(f'<div class="passage" id="{escape(first)}">{anchors}{html}</div>')
        else:
            drawn.append(html)
    return "\n".join(drawn)


def _blocks(tokens: Sequence[Token]) -> Iterator[_Block]:
    """The blocks that stand on the page itself, each with what is in it."""
    held: list[Token] = []
    line = 1
    for token in tokens:
        if not held and token.map:
            line = token.map[0] + 1
        held.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield _Block(held, line)
            held = []


def _mark(blocks: Sequence[_Block], pieces: Sequence[Piece]) -> None:
    """Give each block the passages that begin in it; a passage goes on to the next one or the next heading."""
    begun = [_block_at(blocks, piece.line) for piece in pieces]
    for at, piece in zip(begun, pieces, strict=True):
        if at is not None:
            blocks[at].passages.append(piece.id)
    for before, block in pairwise(blocks):
        block.follows = (bool(before.passages) or before.follows) and not block.opens_section


def _block_at(blocks: Sequence[_Block], line: int) -> int | None:
    """The last block that begins by this line."""
    return next((number for number in reversed(range(len(blocks))) if blocks[number].line <= line), None)


def _read_again(html: str) -> str:
    blocks, _ = read_html(html)
    return "".join(f"<{(tag := ELEMENT_OF[one.kind])}>{escape(one.text)}</{tag}>\n" for one in blocks)


def _inline(tokens: Sequence[Token], articles: Collection[str]) -> Iterator[Token]:
    """What stands in a line, without images, tags and links that lead nowhere."""
    kept: list[bool] = []
    for token in tokens:
        if token.type == "image":
            yield Token("text", "", 0, content=token.content)
        elif token.type == "html_inline":
            tag = TAG.fullmatch(token.content)
            known = token.content.startswith("<!--") or (tag is not None and tag[2].lower() in ELEMENTS)
            yield Token("text", "", 0, content="" if known else token.content)
        elif token.type == "link_open":
            href = _address(str(token.attrGet("href") or ""), articles)
            kept.append(bool(href))
            if href:
                token.attrs = {"href": href}
                if OUTWARD.match(href):
                    token.attrs |= {"rel": "noopener noreferrer nofollow", "target": "_blank"}
                yield token
        elif token.type != "link_close" or kept.pop():
            yield token


def _address(href: str, articles: Collection[str]) -> str:
    if OUTWARD.match(href):
        return href
    named = ARTICLE.match(href)
    return named[1] if named and named[1] in articles else ""
