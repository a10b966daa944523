"""Commands for how the bot is doing: what conversations came to, and what people ask without being answered."""

import json
from dataclasses import asdict

import click

from chatbot.canned_commands import AS
from chatbot.desk.gaps import Gap, plain
from chatbot.desk.overview import next_steps, overview
from chatbot.desk.setting_aside import Found, Ignored, gap_of, look, set_aside
from chatbot.errors import NotFoundError
from chatbot.knowledge.packs import load_pack
from chatbot.people_commands import opened_store
from chatbot.settings import load_settings
from chatbot.store import Store
from chatbot.store.figures import ENDINGS, Tally

DAYS = click.option("--days", default=30, show_default=True, help="So many days back, today among them (UTC).")
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.command("overview")
@DAYS
@JSON
def overview_command(days: int, as_json: bool) -> None:
    """Tell what conversations came to, by day and by version, and what to do next."""
    pack = _pack()
    with opened_store() as store:
        seen = overview(store, pack, days)
        steps = next_steps(store, pack, seen)
    if as_json:
        told: dict[str, object] = {"days": days, "now": _told(seen.tallies.whole), "before": _told(seen.before)}
        told["by_day"] = {day: _told(tally) for day, tally in seen.by_day()}
        told["by_version"] = {version: _told(tally) for version, tally in seen.tallies.versions.items()}
        click.echo(json.dumps(told | {"steps": [asdict(step) for step in steps]}, ensure_ascii=False))
        return
    click.echo(_line(f"last {days} days", seen.tallies.whole))
    click.echo(_line("as long before", seen.before))
    for version, tally in seen.tallies.versions.items():
        click.echo(_line(version or "no version", tally))
    for step in steps:
        click.echo(f"- {step.text}")


@click.group("gaps", invoke_without_command=True)
@DAYS
@JSON
@click.pass_context
def gaps_command(context: click.Context, days: int, as_json: bool) -> None:
    """List questions that went unanswered or were answered badly, those that mean the same together."""
    if context.invoked_subcommand:
        return
    with opened_store() as store:
        found = _look(store, days)
    if as_json:
        told: dict[str, object] = {"days": days, "questions": found.questions}
        told |= {"gaps": [_gap(gap) for gap in found.gaps], "aside": [_ignored(one) for one in found.ignored]}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for gap in found.gaps:
        faults = ", ".join(f"{number} {fault}" for fault, number in gap.faults.items())
        click.echo(f"{gap.conversations:>5}  {gap.question}  ({faults}; last {gap.latest[:10]})")
    for one in found.ignored:
        click.echo(f"aside  {one.question}  ({one.aside.by}, {one.aside.at[:10]})")
    if not found.gaps:
        click.echo(f"nobody asked in vain in the last {days} days", err=True)


@gaps_command.command("aside")
@click.argument("question")
@DAYS
@AS
def put_aside(question: str, days: int, name: str) -> None:
    """Set the gap of QUESTION aside, which is not ours to answer; it stays so until it is taken back."""
    with opened_store() as store:
        gap = gap_of(_look(store, days).gaps, question)
        set_aside(store, _pack(), gap, store.accounts.named(name))
    click.echo(f"set aside: {gap.question}")


@gaps_command.command("back")
@click.argument("question")
@AS
def take_back(question: str, name: str) -> None:
    """Take the gap of QUESTION back that was set aside."""
    with opened_store() as store:
        aside = next((one for one in store.gaps.all(_pack()) if plain(question) in map(plain, one.questions)), None)
        if aside is None:
            raise NotFoundError(f"{question!r} is not set aside: `python -m chatbot gaps` lists what is")
        store.gaps.take_back(aside.id, store.accounts.named(name))
    click.echo(f"taken back: {question}")


def _look(store: Store, days: int) -> Found:
    from chatbot.dialogue.opening import open_embedder

    return look(store, _pack(), days, lambda: open_embedder(load_settings()))


def _pack() -> str:
    return load_pack(load_settings().pack_folder).name


def _told(tally: Tally) -> dict[str, object]:
    counts = {"conversations": tally.conversations, "endings": dict(tally.endings)}
    return counts | {"resolved": tally.resolved, "first_ms": tally.first_ms}


def _gap(gap: Gap) -> dict[str, object]:
    examples = [asdict(one) for one in gap.missed]
    return {"question": gap.question, "conversations": gap.conversations, "missed": examples}


def _ignored(one: Ignored) -> dict[str, object]:
    aside = {"id": one.aside.id, "by": one.aside.by, "at": one.aside.at}
    return {"question": one.question, "conversations": one.conversations, **aside}


def _line(name: str, tally: Tally) -> str:
    parts = [f"{tally.endings[ending]} {ending.replace('_', ' ')}" for ending in ENDINGS if tally.endings[ending]]
    share = f"{tally.resolved:.0%} resolved" if tally.resolved is not None else "nothing to resolve"
    first = f", first response {tally.first_ms / 1000:.1f} s" if tally.first_ms is not None else ""
    apart = f" ({', '.join(parts)})" if parts else ""
    return f"{name}: {tally.conversations:,} conversations, {share}{first}{apart}"
