"""The tab Versions: all of them against the one that answers, what changed, and which one answers from now on.

GET  /operate/api/versions                       all, and who answers
GET  /operate/api/versions/acts/{act}?version=   what promoting, trying, ending a trial or rolling back would mean
POST /operate/api/versions/acts/{act}            {version, champion}: do it
GET  /operate/api/versions/{version}             the gate's verdict
GET  /operate/api/versions/{version}/changes     the replies that changed, beside those of ?against=
"""

from dataclasses import asdict

from fastapi import APIRouter, Depends

from chatbot.records import Person
from chatbot.store.versions import BASE
from chatbot.web.routes import get_route
from training.console import acts
from training.console.console import Console
from training.console.lineup import VersionRow, differences, suite_words, version_rows
from training.console.names import beginning, named, title, with_titles
from training.console.tabs.tab import tab_router
from training.console.tabs.versions_shapes import (
    Changes,
    ChangeShape,
    DifferenceShape,
    Do,
    Done,
    Lineup,
    Live,
    QuestionShape,
    ReplyShape,
    SuiteShape,
    Verdict,
    VersionShape,
)
from training.evaluation.changes import Change
from training.evaluation.results import Judged
from training.release.comparison import compare


def routes(console: Console) -> APIRouter:
    """The routes of the tab."""
    router = tab_router("versions")
    operator = Depends(console.operator)
    store, settings = console.store, console.session.settings

    @get_route(router, "")
    def all_of_them(person: Person = operator) -> Lineup:
        rows, champion = _rows(console)
        return Lineup(live=_live(console), versions=[_version(row, champion) for row in rows])

    @get_route(router, "/acts/{act}")
    def ask(act: acts.Kind, version: str = "", person: Person = operator) -> QuestionShape:
        asked = acts.ask(store, settings, act, version)
        meant, told = asked.act, {"text": asked.text, "yes": asked.yes, "title": title(asked.act.version)}
        return QuestionShape(act=act, version=meant.version, champion=meant.champion, doubts=asked.doubts, **told)

    @router.post("/acts/{act}")
    def carry_out(act: acts.Kind, body: Do, person: Person = operator) -> Done:
        meant = acts.Act(act, body.version, body.champion, settings.canary)
        done = acts.carry_out(store, settings, meant, person.actor)
        return Done(words=done)

    @get_route(router, "/{version}")
    def verdict(version: str, person: Person = operator) -> Verdict:
        return _verdict(console, store.versions.resolve(version))

    @get_route(router, "/{version}/changes")
    def changes(version: str, against: str = "", person: Person = operator) -> Changes:
        return _changes(console, version, against)

    return router


def _rows(console: Console) -> tuple[list[VersionRow], VersionRow | None]:
    rows = version_rows(console.session)
    champion = console.store.versions.resolve("champion")
    return rows, next((row for row in rows if row.version.name == champion), None)


def _live(console: Console) -> Live:
    live, versions = console.session.live, console.store.versions
    champion, tried = versions.resolve("champion"), versions.alias("canary") or ""
    follows = champion if champion != live.version and not live.fault else ""
    return Live(
        version=live.version,
        title=beginning(live.version),
        follows=named(follows) if follows else "",
        canary=tried,
        canary_title=title(tried) if tried else "",
        share=console.session.settings.canary,
        fault=live.fault or "",
        failure=live.failure or "",
        available=live.available,
        servers=live.state.splitlines(),
        rolls_back_to="" if champion == BASE else named(acts.before_champion(console.store)),
    )


def _version(row: VersionRow, champion: VersionRow | None) -> VersionShape:
    version = row.version
    return VersionShape(
        name=version.name,
        title=title(version.name),
        made_at=version.created_at,
        base=version.base,
        snapshot=version.snapshot,
        run=version.run,
        aliases=row.aliases,
        suites=[_suite(name, suite["cases"], suite["passed"]) for name, suite in row.suites.items()],
        cases=row.cases,
        passed=row.passed,
        more=row.more_than(champion) if champion and champion is not row else None,
        decision=version.gate.get("decision", ""),
        likes=row.likes,
        dislikes=row.dislikes,
        here=version.name == BASE or version.folder.path.is_dir(),
    )


def _suite(name: str, cases: int, passed: int) -> SuiteShape:
    called, about = suite_words(name)
    return SuiteShape(name=name, title=called, about=about, cases=cases, passed=passed)


def _verdict(console: Console, name: str) -> Verdict:
    rows, champion = _rows(console)
    row = next(row for row in rows if row.version.name == name)
    gate = row.version.gate
    against = next((other for other in rows if other.version.name == gate.get("against")), None)
    return Verdict(
        version=_version(row, champion),
        decision=gate.get("decision", ""),
        against=gate.get("against", ""),
        against_title=title(gate["against"]) if "against" in gate else "",
        reasons=[with_titles(reason) for reason in gate.get("reasons", [])],
        differences=[DifferenceShape.model_validate(line) for line in differences(row, against)],
    )


def _changes(console: Console, version: str, against: str) -> Changes:
    found = compare(console.session.settings, console.store, console.session.pack, version, against)
    called, theirs = title(found.version), title(found.against)
    words = ""
    if found.version == found.against:
        words = "A version has no changes from itself."
    elif not found.compared:
        words = f"{called} and {theirs} were never asked the same test questions."
    return Changes(
        version=found.version,
        title=called,
        against=found.against,
        against_title=theirs,
        compared=found.compared,
        counts=found.counts,
        changes=[_change(change) for change in found.changes],
        words=words,
    )


def _change(change: Change) -> ChangeShape:
    told = asdict(change) | {"before": _reply(change.before), "after": _reply(change.after)}
    return ChangeShape(**told | {"suite": suite_words(change.suite)[0]})


def _reply(judged: Judged) -> ReplyShape:
    return ReplyShape(text=judged.reply, passed=judged.passed, act=judged.act, check=judged.check)
