"""Commands for the articles of the installation's pack: list, show, change, look back, undo."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

import click

from chatbot.acting import terminal_actor
from chatbot.knowledge.articles.pieces import split_article
from chatbot.knowledge.editing.editor import PackEditor
from chatbot.knowledge.editing.files import article_file, read_file
from chatbot.knowledge.editing.history import Change, lines_changed
from chatbot.people_commands import opened_store
from chatbot.settings import load_settings

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def article() -> None:
    """List and change the articles that the bot answers from; a running server takes changes into use."""


@article.command("list")
@AS_JSON
def list_articles(as_json: bool) -> None:
    """List articles by name and title."""
    folder = load_settings().pack_folder
    found = {path.stem: _title(path) for path in sorted((folder / "articles").glob("*.md"))}
    if as_json:
        rows = [{"name": name, "title": title} for name, title in found.items()]
        click.echo(json.dumps({"folder": str(folder), "articles": rows}, ensure_ascii=False))
        return
    for name, title in found.items():
        click.echo(f"{name}  {title}")


@article.command("show")
@click.argument("name")
def show_article(name: str) -> None:
    """Print the text of the article NAME."""
    with _editor() as editor:
        click.echo(editor.read(article_file(name)).text, nl=False)


@article.command("edit")
@click.argument("name")
@click.argument("file", type=click.File(encoding="utf-8-sig"), default="-")
def edit_article(name: str, file: TextIO) -> None:
    """Give the article NAME the text of FILE, or of standard input; a name that is new makes a new article."""
    with _editor() as editor:
        opened = read_file(editor.folder, article_file(name))
        _tell(editor, editor.save(opened.name, file.read(), opened.revision, terminal_actor()))


@article.command("remove")
@click.argument("name")
def remove_article(name: str) -> None:
    """Take the article NAME out; `undo` puts it back."""
    with _editor() as editor:
        opened = editor.read(article_file(name))
        _tell(editor, editor.save(opened.name, None, opened.revision, terminal_actor()))


@article.command("history")
@click.argument("name", required=False)
@AS_JSON
def show_history(name: str | None, as_json: bool) -> None:
    """List who changed the article NAME, or anything in the pack, and when."""
    with _editor() as editor:
        changes = editor.history.all(article_file(name) if name else None)
    if as_json:
        click.echo(json.dumps({"changes": [asdict(change) for change in changes]}, ensure_ascii=False))
        return
    for change in changes:
        click.echo(f"{change.number}  {change.at[:16]}  {change.actor}  {change.file}  {_extent(change)}")
    if not changes:
        click.echo("nothing was changed here yet", err=True)


@article.command("undo")
@click.argument("number", type=int)
def undo_change(number: int) -> None:
    """Put back what stood before the change NUMBER; what came after it in the same file is undone with it."""
    with _editor() as editor:
        _tell(editor, editor.undo(number, terminal_actor()))


@contextmanager
def _editor() -> Iterator[PackEditor]:
    with opened_store() as store:
        yield PackEditor(load_settings(), store)


def _tell(editor: PackEditor, change: Change | None) -> None:
    if change is None:
        click.echo("nothing changed: it says that already")
        return
    click.echo(f"change {change.number}: {change.file} {_extent(change)}, in {editor.folder}")


def _extent(change: Change) -> str:
    if change.after is None:
        return "removed"
    added, removed = lines_changed(change)
    return f"+{added} -{removed}" + (f", undoes {change.undoes}" if change.undoes else "")


def _title(path: Path) -> str:
    pieces = split_article(path.stem, path.read_text(encoding="utf-8-sig"))
    return pieces[0].title if pieces else path.stem
