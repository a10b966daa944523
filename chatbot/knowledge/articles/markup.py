"""Markdown and HTML read into blocks: headings, running text, lines of lists, code.

Markdown is read by markdown-it-py and passed on as HTML, so that both are read alike and HTML pasted into Markdown is
what it means. What stands in code is kept to the letter, and so are placeholders such as `<token>`, which are no tags
of HTML. Links keep their address, images their alternative text; scripts, styles and comments are dropped.
"""

import re
from html import escape

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML

from chatbot.knowledge.articles.html_blocks import Block, HtmlReader
from chatbot.knowledge.articles.markup_names import AMBIGUOUS, ELEMENTS, FRAMES

TAG = re.compile(r"<(/?)([A-Za-z][\w.:-]*)([^<>]*)>")
CLOSING = re.compile(r"</\s*([A-Za-z][\w.:-]*)")
ODD_SECTION = re.compile(r"<!\[(?!CDATA\[|if\b|else\b|endif\b)")


def read_markdown(text: str) -> list[Block]:
    """The blocks of a Markdown text in their order; HTML in it is read too."""
    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = markdown.parse(text)
    rules = RendererHTML()
    options, env = markdown.options, dict[str, object]()
    closed = _closed(text)
    reader = HtmlReader()
    line, opened = 1, 0
    for number, token in enumerate(tokens):
        line = token.map[0] + 1 if token.map else line
        if token.type == "code_block" and opened > 0 and TAG.match(token.content.lstrip()):
            token.type = "html_block"  # indented after a blank line within HTML
        opened += _opened(token.content) if token.type == "html_block" else 0
        for html in [token, *(token.children or [])]:
            if html.type in ("html_block", "html_inline"):
                html.content = _without_placeholders(html.content, closed, markdown=True)
        if token.type == "inline":
            shown = rules.renderInline(token.children or [], options, env)
        elif token.type in rules.rules:
            shown = rules.rules[token.type](tokens, number, options, env)
        else:
            shown = rules.renderToken(tokens, number, options, env)
        reader.read(shown, line)
    return reader.finished()


def read_html(text: str) -> tuple[list[Block], str]:
    """The blocks of a page, and the title of its head."""
    reader = HtmlReader()
    reader.read(_without_placeholders(text, _closed(text), markdown=False), 1)
    return reader.finished(), " ".join(reader.page_title.split())


def _closed(text: str) -> set[str]:
    return {name.lower() for name in CLOSING.findall(text)}


def _opened(html: str) -> int:
    """How many more blocks HTML opens than it closes."""
    return sum(-1 if found[1] else 1 for found in TAG.finditer(html) if found[2].lower() in FRAMES)


def _without_placeholders(html: str, closed: set[str], markdown: bool) -> str:
    """HTML in which tags that are none are escaped: unknown names, and in Markdown words that are never closed.

    Elements of somebody's own, which a page closes, are tags.
    """

    def judged(found: re.Match[str]) -> str:
        name = found.group(2).lower()
        own = name in closed and (":" in name or not markdown)
        certain = not markdown or name not in AMBIGUOUS or name in closed or bool(found.group(3).strip(" /"))
        known = name in ELEMENTS and certain
        return found.group() if known or (own and name not in ELEMENTS) else escape(found.group(), quote=False)

    if "<!--" in html and "-->" not in html:
        html = html.replace("<!--", "&lt;!--")
    return TAG.sub(judged, ODD_SECTION.sub("&lt;![", html))
