"""The chatbot from a terminal: ask, chat, look after people and packs, back up and restore.

    python -m chatbot ask TEXT [--version V] [--json]
    python -m chatbot chat [--version V]
    python -m chatbot user add NAME --role agent|operator
    python -m chatbot user list
    python -m chatbot user passwd | disable | enable | remove | reset-codes NAME
    python -m chatbot user role NAME agent|operator
    python -m chatbot case list | show | claim | write | release | transfer | close | …
    python -m chatbot canned list | put | remove
    python -m chatbot overview | gaps [--days N] [--json]
    python -m chatbot key add NAME [--role app|agent|operator]
    python -m chatbot key list
    python -m chatbot key revoke NAME
    python -m chatbot base [--json]
    python -m chatbot base install [NAME|auto]
    python -m chatbot pack new DIR
    python -m chatbot pack check DIR [--json]
    python -m chatbot article list | show | edit | remove | history | undo
    python -m chatbot setting list | set | unset
    python -m chatbot vectors [--remove] [--json]
    python -m chatbot audit verify [EXPORT] [--json]
    python -m chatbot audit export [PATH]
    python -m chatbot backup PATH [--encrypt] [--passphrase-file FILE]
    python -m chatbot restore PATH [--yes] [--passphrase-file FILE]
    python -m chatbot forget ID… [--expired] [--dry-run]

What is said here is stored like what is said in the browser. Improving the answers is `python -m training`.
"""

import json
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from chatbot.acting import TERMINAL, acting, terminal_actor
from chatbot.article_commands import article
from chatbot.audit_commands import audit
from chatbot.backup_commands import backup, restore_backup
from chatbot.base_commands import base
from chatbot.canned_commands import canned
from chatbot.case_commands import case
from chatbot.commands import quieten, run_command
from chatbot.errors import UserError
from chatbot.figures_commands import gaps_command, overview_command
from chatbot.forget_command import forget
from chatbot.knowledge.importing.scaffold import write_scaffold
from chatbot.knowledge.inspection import inspect_pack
from chatbot.knowledge.packs import load_pack
from chatbot.owner_only import hand_over
from chatbot.people_commands import key, opened_store, user
from chatbot.setting_commands import setting
from chatbot.settings import load_settings
from chatbot.vector_commands import vectors

if TYPE_CHECKING:
    from chatbot.dialogue.running import RunningReply, Update
    from chatbot.dialogue.session import Session

VISITOR = "terminal"
WELCOME = "Type a question. /new starts over, /quit or Ctrl-D leaves, Ctrl-C stops a reply."


@click.group()
def commands() -> None:
    """A chatbot for one domain, from a terminal."""


@commands.command()
@click.argument("text")
@click.option("--version", help="Which version answers: a name, `champion` or `base`. Default: the champion.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with the reply and how it came about.")
def ask(text: str, version: str | None, as_json: bool) -> None:
    """Ask one question; the answer is stored as a conversation."""
    with opened(version) as session:
        updates = session.say(session.store.people.visitor(VISITOR), text)
        shown = 0
        for update in updates:
            shown = shown if as_json else _print_more(shown, update)
            last = update
    click.echo(json.dumps(_answer(last), ensure_ascii=False) if as_json else "")


@commands.command()
@click.option("--version", help="Which version answers: a name, `champion` or `base`. Default: the champion.")
def chat(version: str | None) -> None:
    """Talk with the bot until Ctrl-D."""
    with opened(version) as session:
        if sys.stdin.isatty():
            click.echo(f"{session.pack.persona.greeting}\n{WELCOME}")
        conversation: str | None = None
        while (text := _next_line()) is not None and text != "/quit":
            if text == "/new":
                conversation = None
                click.echo("A new conversation.")
            elif text:
                conversation = _converse(session, text, conversation)


commands.add_command(article)
commands.add_command(base)
commands.add_command(setting)
commands.add_command(user)
commands.add_command(key)
commands.add_command(case)
commands.add_command(canned)
commands.add_command(overview_command)
commands.add_command(gaps_command)
commands.add_command(vectors)
commands.add_command(forget)
commands.add_command(audit)
commands.add_command(backup)
commands.add_command(restore_backup)


@commands.group()
def pack() -> None:
    """Begin a domain pack of your own, and check one."""


@pack.command("new")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--articles", type=click.Path(path_type=Path), help="A folder of texts (Markdown, text, HTML) to take over."
)
@click.option("--answers", type=click.Path(path_type=Path), help="Past answers: CSV, TSV or JSONL.")
def new_pack(folder: Path, articles: Path | None, answers: Path | None) -> None:
    """Write a pack that works into the new folder FOLDER: the smallest there is, or of what you have."""
    taken = write_scaffold(folder, articles, answers)
    hand_over(folder)
    for line in taken.lines if articles or answers else ():
        click.echo(line)
    click.echo(f"{folder} is a working pack: edit its files, then run `python -m chatbot pack check {folder}`")


@pack.command("check")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check_pack(folder: Path, as_json: bool) -> None:
    """Tell every fault of the pack in FOLDER, and what somebody should look at."""
    checked = load_pack(folder)
    remarks = inspect_pack(checked)
    suites = {name: len(cases) for name, cases in checked.suites.items()}
    counts = {
        "intents": len({pair.intent for pair in checked.pairs}),
        "pairs": len(checked.pairs),
        "dialogues": len(checked.dialogues),
        "articles": len({piece.article for piece in checked.pieces}),
        "passages": len(checked.pieces),
        "rules": len(checked.rules),
    }
    if as_json:
        click.echo(
            json.dumps({"pack": checked.name, **counts, "suites": suites, "remarks": remarks}, ensure_ascii=False)
        )
        return
    click.echo(f"{checked.name}: no faults. " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    cases = ", ".join(f"{name} {count}" for name, count in suites.items())
    click.echo(f"suites: {cases}")
    click.echo("\n".join(remarks) if remarks else "nothing to look at")


@contextmanager
def opened(version: str | None) -> Iterator["Session"]:
    """A session on the named version, closed afterwards."""
    from chatbot.dialogue.opening import open_session

    settings = load_settings()
    with opened_store() as store:
        session = open_session(settings, store, version and store.versions.resolve(version))
        with closing(session.live):
            yield session


def _answer(update: "Update") -> dict[str, Any]:
    trace = update.trace
    return {
        "reply": update.text,
        "version": trace.version,
        "conversation": update.conversation,
        "message": update.message,
        "passages": trace.passages,
        "first_token_ms": trace.first_token_ms,
        "tokens_per_second": trace.tokens_per_second,
        "handoff": trace.handoff,
        "uncertain": trace.uncertain,
        "act": trace.act,
        "rule": trace.rule,
        "check": {"outcome": trace.check, "refused": trace.refused},
    }


def _next_line() -> str | None:
    while True:
        try:
            return input("you> " if sys.stdin.isatty() else "").strip()
        except KeyboardInterrupt:
            click.echo("\n(Ctrl-D leaves)")
        except EOFError:
            click.echo()
            return None


def _converse(session: "Session", text: str, conversation: str | None) -> str | None:
    """Print one reply as it comes; a fault is told and the talk goes on."""
    shown = 0
    try:
        updates = session.say(session.store.people.visitor(VISITOR), text, conversation)
        with _stoppable(updates):
            for update in updates:
                conversation = update.conversation
                shown = _print_more(shown, update)
    except UserError as error:
        click.echo(f"error: {error}", err=True)
    except KeyboardInterrupt:
        click.echo("(stopped)", nl=False)
    click.echo()
    return conversation


def _print_more(shown: int, update: "Update") -> int:
    """Print what of a reply has become final since so many of its characters were shown; how many are now."""
    click.echo(update.text[shown : update.settled], nl=False)
    return max(shown, update.settled)


@contextmanager
def _stoppable(reply: "RunningReply") -> Iterator[None]:
    """While a reply is written, let Ctrl-C stop it instead of the program."""

    def stop(signum: int, frame: FrameType | None) -> None:
        if not reply.begun:
            raise KeyboardInterrupt
        threading.Thread(target=reply.stop).start()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    quieten()
    with acting(terminal_actor(), TERMINAL):
        return run_command(commands, argv)


if __name__ == "__main__":
    sys.exit(main())
