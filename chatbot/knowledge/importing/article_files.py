"""A folder of texts taken over as articles: Markdown and plain text as they are, HTML as Markdown, under a title each.

Every other file is named with the reason why it was left out. Hidden files are passed over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from chatbot.errors import InputError
from chatbot.knowledge.articles.front_matter import without_front_matter
from chatbot.knowledge.articles.html_blocks import Block
from chatbot.knowledge.articles.markup import read_html
from chatbot.knowledge.articles.pieces import has_title, split_article
from chatbot.knowledge.importing.text_files import NotTextError, read_text_file
from chatbot.knowledge.slugs import Slugs

MARKDOWN = {".md", ".markdown", ".txt"}
HTML = {".html", ".htm"}
TAKEN = "articles are .md, .markdown, .txt, .html and .htm files"
DOCUMENTS = {".pdf", ".doc", ".docx", ".odt", ".rtf", ".pages", ".epub", ".ppt", ".pptx"}
TABLES = {".csv", ".tsv", ".jsonl", ".json", ".xls", ".xlsx", ".ods"}
SPECIAL = re.compile(r"[\\`*\[\]]|(?<!\w)_|_(?!\w)|<(?=[\w/!?])|&(?=#?\w+;)")
ITEM = re.compile(r"(\s*)(-|\d+\.) (.*)", re.DOTALL)
NUMBER = re.compile(r"\d+(?=[.)](?:\s|$))")


@dataclass
class ArticleFolder:
    """What a folder holds: texts by the names of their articles, the files that they are of, and what was left out."""

    texts: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def names(self) -> dict[str, str]:
        """The articles by all that somebody may call them, in lower case: name, file, and both without ending."""
        named: dict[str, str] = {}
        for article, file in self.files.items():
            path = Path(file)
            for name in (article, file, path.name, path.stem, path.with_suffix("").as_posix()):
                named.setdefault(name.casefold(), article)
        return named


def read_article_folder(folder: Path) -> ArticleFolder:
    """Take over the texts of a folder and of those within it; raises `InputError` where there are none."""
    if not folder.is_dir():
        what = "is a file" if folder.is_file() else "is not a folder"
        raise InputError(f"{str(folder)!r} {what}: name a folder of Markdown, text or HTML files; nothing was written")
    found = ArticleFolder()
    slugs = Slugs(otherwise="article")
    for path in sorted(_files(folder, found.left_out), key=lambda path: (len(path.parts), str(path))):
        shown = path.relative_to(folder).as_posix()
        try:
            text = _taken_over(path, shown, found.remarks)
        except NotTextError as error:
            found.left_out.append(f"{shown} ({error})")
            continue
        article = slugs.another(path.stem)
        found.texts[article], found.files[article] = text, shown
    if not found.texts:
        left_out = f"; left out: {', '.join(found.left_out[:10])}" if found.left_out else ""
        raise InputError(f"{str(folder)!r} holds no article ({TAKEN}){left_out}: nothing was written")
    return found


def _files(folder: Path, left_out: list[str]) -> Iterator[Path]:
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if any(part.startswith(".") for part in parts):
            continue
        if path.is_file():
            yield path
        elif path.is_symlink():
            left_out.append(f"{Path(*parts).as_posix()} (a link that is not followed)")


def _taken_over(path: Path, shown: str, remarks: list[str]) -> str:
    """The text of one file as an article; raises `NotTextError` for what holds none."""
    kind = path.suffix.lower()
    if kind not in MARKDOWN | HTML:
        raise NotTextError(_why(kind))
    file = read_text_file(path)
    if file.encoding == "Windows-1252":
        remarks.append(f"{shown} is not UTF-8 and was read as Windows-1252: look at its accents and currency signs")
    name = " ".join(re.split(r"[\s_-]+", path.stem.strip())).title() or path.stem
    text = _from_html(file.text, name) if kind in HTML else _under_title(file.text, name)
    if not split_article(path.stem, text):
        raise NotTextError("it holds no text" if not file.text.strip() else "it holds no text below its headings")
    return text


def _why(kind: str) -> str:
    if kind in DOCUMENTS:
        return "its text cannot be read here: save it as .md, .txt or .html"
    if kind in TABLES:
        return "a table: past answers are given with --answers; save text as .md"
    return TAKEN


def _under_title(text: str, name: str) -> str:
    """Markdown that begins with its title: a heading of its own, that of its front matter, or the file's name."""
    body, stated = without_front_matter(text)
    body = body.lstrip("\n")
    return body if has_title(body) else f"# {_plain(stated or name)}\n\n{body}"


def _from_html(text: str, name: str) -> str:
    """A page as Markdown; its title is its first heading, that of its head, or the file's name."""
    blocks, stated = read_html(text)
    if not blocks or blocks[0].kind != "h1":
        blocks = [Block("h1", stated or name, 1), *blocks]
    return "\n\n".join(_written(list(run)) for _, run in groupby(blocks, key=_together)) + "\n"


def _together(block: Block) -> object:
    return "item" if block.kind == "item" else id(block)


def _written(blocks: list[Block]) -> str:
    """A block, or the lines of a list, in Markdown that reads as it."""
    block = blocks[0]
    if block.kind == "item":
        return "\n".join(map(_item, blocks))
    if block.kind == "code":
        return _fenced(block.text)
    heading = {"h1": "# ", "h2": "## "}.get(block.kind, "")
    return heading + _plain(block.text)


def _item(block: Block) -> str:
    if block.verbatim:
        lines = _fenced(block.text).split("\n")
        return "\n".join(f"    {line}" for line in lines)
    found = ITEM.match(block.text)
    indent, marker, text = found.groups() if found else ("  ", "", block.text)
    return f"{indent * 2}{marker} {_plain(text)}" if marker else f"\n    {_plain(text)}"


def _fenced(code: str) -> str:
    fence = max(re.findall(r"`{3,}", code), default="``", key=len) + "`"
    return f"{fence}\n{code}\n{fence}"


def _plain(text: str) -> str:
    """Text in which nothing is taken for a mark of Markdown."""
    escaped = SPECIAL.sub(lambda found: f"\\{found.group()}", text.strip())
    if number := NUMBER.match(escaped):
        return f"{number.group()}\\{escaped[number.end() :]}"
    return f"\\{escaped}" if escaped.startswith(tuple("#+-=>~|")) else escaped
