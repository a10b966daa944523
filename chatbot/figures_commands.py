"""Commands for how the bot is doing: what conversations came to, and what people ask without being answered."""

import json
from dataclasses import asdict

import click

from chatbot.desk.gaps import MOST_QUESTIONS, Gap, find_gaps
from chatbot.desk.overview import begun, check_days, next_steps, overview
from chatbot.knowledge.packs import load_pack
from chatbot.people_commands import opened_store
from chatbot.settings import load_settings
from chatbot.store.figures import ENDINGS, Tally

DAYS = click.option("--days", default=30, show_default=True, help="So many days back, today among them (UTC).")
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.command("overview")
@DAYS
@JSON
def overview_command(days: int, as_json: bool) -> None:
    """Tell what conversations came to, by day and by version, and what to do next."""
    pack = load_pack(load_settings().pack_folder).name
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


@click.command("gaps")
@DAYS
@JSON
def gaps_command(days: int, as_json: bool) -> None:
    """List questions that went unanswered or were answered badly, those that mean the same together."""
    from chatbot.dialogue.opening import open_embedder

    check_days(days)
    settings = load_settings()
    pack = load_pack(settings.pack_folder).name
    with opened_store() as store:
        missed = store.figures.missed(pack, begun(days), MOST_QUESTIONS)
        found = find_gaps(missed, open_embedder(settings), store.feedback.answers()) if missed else []
    if as_json:
        told = [_gap(gap) for gap in found]
        click.echo(json.dumps({"days": days, "questions": len(missed), "gaps": told}, ensure_ascii=False))
        return
    for gap in found:
        faults = ", ".join(f"{number} {fault}" for fault, number in gap.faults.items())
        click.echo(f"{gap.conversations:>5}  {gap.question}  ({faults}; last {gap.latest[:10]})")
    if not found:
        click.echo(f"nobody asked in vain in the last {days} days", err=True)


def _told(tally: Tally) -> dict[str, object]:
    counts = {"conversations": tally.conversations, "endings": dict(tally.endings)}
    return counts | {"resolved": tally.resolved, "first_ms": tally.first_ms}


def _gap(gap: Gap) -> dict[str, object]:
    examples = [asdict(one) for one in gap.missed]
    return {"question": gap.question, "conversations": gap.conversations, "missed": examples}


def _line(name: str, tally: Tally) -> str:
    parts = [f"{tally.endings[ending]} {ending.replace('_', ' ')}" for ending in ENDINGS if tally.endings[ending]]
    share = f"{tally.resolved:.0%} resolved" if tally.resolved is not None else "nothing to resolve"
    first = f", first response {tally.first_ms / 1000:.1f} s" if tally.first_ms is not None else ""
    apart = f" ({', '.join(parts)})" if parts else ""
    return f"{name}: {tally.conversations:,} conversations, {share}{first}{apart}"
