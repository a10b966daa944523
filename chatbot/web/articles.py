"""The pack's articles as plain pages: what a source of a reply leads to, with its passage marked."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from chatbot.knowledge.articles.pieces import Piece
from chatbot.knowledge.packs import Pack
from chatbot.records import FoundPassage
from chatbot.web.article_html import article_html
from chatbot.web.plain_pages import plain_page
from chatbot.web.routes import get_route

SOURCE_FOLDER = "articles/"


def article_routes(current: Callable[[], Pack]) -> APIRouter:
    """The list of articles of the `current` pack at `/articles`, and each of them below it."""
    router = APIRouter(include_in_schema=False)

    @get_route(router, "/articles", include_in_schema=False)
    def articles() -> HTMLResponse:
        pack = current()
        listed = sorted(article_titles(pack).items(), key=lambda item: item[1].casefold())
        return plain_page("articles.html", persona=pack.persona, articles=listed)

    @get_route(router, "/articles/{name}", include_in_schema=False)
    def article(name: str, request: Request) -> HTMLResponse:
        pack = current()
        titles, file = article_titles(pack), pack.folder / "articles" / f"{name}.md"
        if name not in titles or not file.is_file():
            return plain_page("article.html", 404, persona=pack.persona, title="Not here any more", html=None)
        html = article_html(file.read_text(encoding="utf-8-sig"), pieces_of(pack, name), titles)
        return plain_page("article.html", persona=pack.persona, title=titles[name], html=html)

    return router


def article_titles(pack: Pack) -> dict[str, str]:
    """The titles of a pack's articles by their names."""
    return {piece.article: piece.title for piece in reversed(pack.pieces)}


def pieces_of(pack: Pack, name: str) -> list[Piece]:
    """The pieces of one article in their order."""
    return [piece for piece in pack.pieces if piece.article == name]


def article_address(passage: FoundPassage) -> str:
    """Where a passage can be read, relative to the chat; empty where it is no part of an article."""
    name, ending, _ = passage["source"].removeprefix(SOURCE_FOLDER).partition(".md")
    return f"articles/{name}#{passage['id']}" if passage["kind"] == "article" and ending else ""
