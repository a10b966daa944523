"""The pack's articles as plain pages: what a source of a reply leads to, with its passage marked."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from chatbot.knowledge.articles.pieces import Piece
from chatbot.knowledge.packs import Pack
from chatbot.records import FoundPassage
from chatbot.web.article_html import article_html
from chatbot.web.plain_pages import plain_page
from chatbot.web.routes import get_route

SOURCE_FOLDER = "articles/"


def article_routes(pack: Pack) -> APIRouter:
    """The list of articles at `/articles`, and each of them below it."""
    router = APIRouter(include_in_schema=False)
    pieces: dict[str, list[Piece]] = {}
    for piece in pack.pieces:
        pieces.setdefault(piece.article, []).append(piece)
    titles = {name: found[0].title for name, found in pieces.items()}
    persona = pack.persona

    @get_route(router, "/articles", include_in_schema=False)
    def articles() -> HTMLResponse:
        listed = sorted(titles.items(), key=lambda item: item[1].casefold())
        return plain_page("articles.html", persona=persona, articles=listed)

    @get_route(router, "/articles/{name}", include_in_schema=False)
    def article(name: str, request: Request) -> HTMLResponse:
        file = pack.folder / "articles" / f"{name}.md"
        if name not in titles or not file.is_file():
            return plain_page("article.html", 404, persona=persona, title="Not here any more", html=None)
        html = article_html(file.read_text(encoding="utf-8-sig"), pieces[name], titles)
        return plain_page("article.html", persona=persona, title=titles[name], html=html)

    return router


def article_address(passage: FoundPassage) -> str:
    """Where a passage can be read, relative to the chat; empty where it is no part of an article."""
    name, ending, _ = passage["source"].removeprefix(SOURCE_FOLDER).partition(".md")
    return f"articles/{name}#{passage['id']}" if passage["kind"] == "article" and ending else ""
