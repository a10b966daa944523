"""The operators' page: its words, its HTML, and who may act."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import gradio as gr
import pytest

from chatbot.dialogue.session import Session
from chatbot.engines.live import LiveEngine
from chatbot.engines.scripted import ScriptedEngine
from chatbot.errors import BusyError, NotFoundError
from chatbot.knowledge.knowledge import Knowledge
from chatbot.knowledge.packs import Pack
from chatbot.lineage import Bounds, GateVerdict, Run, RunProgress, RunStatus, SnapshotCounts, Version
from chatbot.records import Role, Trace
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE
from chatbot.web.access import STAFF_COOKIE, Access
from chatbot.web.notices import Updates
from training.console import words
from training.console.acts import Act
from training.console.gradio_page import OperatorDesk, Parts
from training.console.happenings import happenings
from training.console.view import differences, render
from training.release.publish import promote, roll_back
from training.runs.files import CHECKPOINT, STOP, run_folder
from training.runs.jobs import Jobs
from training.runs.resuming import Beginning

ATTACK = "<script>alert('${1}')</script>"


class BusyJobs(Jobs):
    def current(self) -> Run | None:
        return None

    def start(self, actor: str) -> Run:
        raise BusyError("run 77 is under way: wait for it or stop it first")

    def stop(self, actor: str) -> Run:
        raise NotFoundError("nothing is being trained at the moment")


@pytest.fixture
def session(settings: Settings, store: Store, pack: Pack, knowledge: Knowledge) -> Iterator[Session]:
    live = LiveEngine(lambda name: (ScriptedEngine(name), knowledge), lambda: store.versions.resolve("champion"))
    yield Session(settings, store, pack, live)
    live.close()


def said(desk: OperatorDesk, updates: Updates) -> str:
    """What a handler that did nothing said."""
    assert list(updates) == [desk.notice]
    return str(updates[desk.notice])


def question(desk: OperatorDesk, updates: Updates) -> str:
    return str(updates[desk._parts.question])


def waiting_act(desk: OperatorDesk, updates: Updates) -> Act:
    return cast(Act, updates[desk._parts.waiting_act])


def desk_for(session: Session, tmp_path: Path, role: Role) -> tuple[OperatorDesk, SimpleNamespace]:
    access = Access(session.store, tmp_path / "key")
    person = session.store.people.add_staff("ada", role, "correct horse battery")
    with gr.Blocks():
        parts = Parts(**{field.name: gr.HTML() for field in fields(Parts)})
    request = SimpleNamespace(cookies={STAFF_COOKIE: access.staff_token(person)})
    return OperatorDesk(session, access, BusyJobs(session.settings, session.store), parts), request


def add_version(store: Store, gate: GateVerdict | None = None) -> Version:
    version = store.versions.add_version("lamps", BASE, "ab12cd34", None, None)
    Path(version.path).mkdir(parents=True)
    suites = {"facts": {"cases": 10, "passed": 7}, "must_pass": {"cases": 4, "passed": 4}}
    store.versions.set_measures(version.name, {"suites": suites, "perplexity": 3.5})
    store.versions.set_gate(version.name, gate or {})
    return store.versions.get(version.name)


def interval(value: float, spread: float) -> Bounds:
    return {"value": value, "low": value - spread, "high": value + spread}


def held(against: str) -> GateVerdict:
    return {
        "decision": "hold",
        "against": against,
        "reasons": [f"worse on facts {ATTACK}"],
        "differences": {
            "log_likelihood_per_token": interval(0.02, 0.05),
            "pass_rate": interval(-0.05, 0.02),
            "suites": {"facts": interval(-0.2, 0.1), "must_pass": interval(0.1, 0.05)},
        },
    }


@pytest.mark.parametrize("act", ["retrain", "stop", "tick"])
@pytest.mark.parametrize("role", ["agent", None])
def test_only_operators_may_act(session: Session, tmp_path: Path, act: str, role: Role | None) -> None:
    desk, request = desk_for(session, tmp_path, role or "agent")
    if role is None:
        request.cookies = {}
    refusal = "/operate is for operators" if role else "Your sign-in has ended"
    assert refusal in said(desk, getattr(desk, act)({}, None, request))
    for ask in (desk.ask_roll_back, desk.cancel):
        assert refusal in said(desk, ask(request))
    assert refusal in said(desk, desk.confirm(("promote", "x"), {}, None, request))
    assert not session.store.versions.runs()


def test_user_errors_are_said(session: Session, tmp_path: Path) -> None:
    desk, request = desk_for(session, tmp_path, "operator")
    assert "run 77 is under way" in said(desk, desk.retrain({}, None, request))
    assert "nothing is being trained" in said(desk, desk.stop({}, None, request))
    assert "nothing to roll back to" in said(desk, desk.ask_roll_back(request))
    assert "does not exist" in said(desk, desk.ask_promote("nobody", request))
    assert "press Promote or Roll back first" in said(desk, desk.confirm(None, {}, None, request))


def test_only_what_changed_is_sent_again(session: Session, tmp_path: Path) -> None:
    desk, request = desk_for(session, tmp_path, "operator")
    first = desk.tick({}, None, request)
    shown = cast(dict[int, int], first[desk._parts.shown])
    assert len(first) > 8
    assert list(desk.tick(shown, None, request)) == [desk._parts.shown]
    session.store.versions.start_run("operator:ada")
    changed = desk.tick(shown, None, request)
    assert desk._parts.history in changed
    assert desk._parts.versions not in changed


def test_a_version_is_tried_and_the_trial_ended(session: Session, tmp_path: Path) -> None:
    version = add_version(session.store)
    desk, request = desk_for(session, tmp_path, "operator")
    asked = desk.ask_try(version.name, request)
    assert "10% of the conversations" in question(desk, asked)
    assert "has not judged this version" in question(desk, asked)
    desk.confirm(waiting_act(desk, asked), {}, None, request)
    assert session.store.versions.alias("canary") == version.name
    assert f"End the trial of {version.name}" in str(desk.tick({}, None, request)[desk._parts.trial])
    asked = desk.ask_try(None, request)
    assert waiting_act(desk, asked) == ("end the trial", version.name)
    desk.confirm(waiting_act(desk, asked), {}, None, request)
    assert session.store.versions.alias("canary") is None
    again = desk.confirm(waiting_act(desk, asked), {}, None, request)
    assert "no version is on trial" in said(desk, again)


def test_a_roll_back_that_was_overtaken_is_refused(session: Session, tmp_path: Path) -> None:
    first, second = (add_version(session.store) for _ in range(2))
    desk, request = desk_for(session, tmp_path, "operator")
    promote(session.store, first.name, "system")
    promote(session.store, second.name, "system")
    asked = waiting_act(desk, desk.ask_roll_back(request))
    assert asked == ("roll back", first.name) == ("roll back", words.before_champion(session.store))
    roll_back(session.store, "operator:eve")
    assert "somebody else has moved the champion" in said(desk, desk.confirm(asked, {}, None, request))
    assert session.store.versions.alias("champion") == first.name


def test_a_held_version_is_asked_about_with_the_reasons(session: Session, tmp_path: Path) -> None:
    version = add_version(session.store, held(BASE))
    desk, request = desk_for(session, tmp_path, "operator")
    asked = question(desk, desk.ask_promote(version.name, request))
    assert "The gate held this version because: worse on facts" in asked
    assert "instead of the base model?" in asked
    assert "<script>" not in asked


def test_what_waits_counts_since_the_last_snapshot(session: Session) -> None:
    store, feedback = session.store, words.WaitingFeedback(session)
    assert feedback.waiting().empty
    assert "No feedback yet" in render("waits", feedback.waiting())
    visitor = store.people.set_consent(store.people.add_visitor(), True)
    talk = store.conversations.start(visitor, "lamps")
    asked = store.conversations.add_user_message(talk, None, "May I return it?")
    reply = store.conversations.begin_reply(talk, asked.id, Trace(version=BASE))
    store.conversations.update_reply(reply.id, "Yes, within 30 days.", "complete", Trace(version=BASE))
    store.feedback.rate(reply.id, visitor, "like")
    waiting = feedback.waiting()
    assert waiting.given == {"like": 1, "dislike": 0, "correction": 0, "answer": 0}
    assert waiting.counts.origins["like"] == 1
    store.versions.add_snapshot("lamps", session.settings.home, waiting.counts, "system", 3)
    waiting = feedback.waiting()
    assert waiting.empty
    assert "Nothing new since snapshot 3" in render("waits", waiting)
    assert "learn from the same rows again" in words.plan(waiting, store)


def test_the_last_finished_run_says_how_long_the_next_takes(session: Session) -> None:
    store = session.store
    assert words.expected_seconds(store, 100) is None
    store.versions.add_snapshot("lamps", session.settings.home, SnapshotCounts(train=50), "system", 1)
    run = store.versions.start_run("system")
    began, ended = "2026-01-01T10:00:00+00:00", "2026-01-01T10:05:00+00:00"
    store.versions.update_run(run.id, snapshot=1, status="finished", started_at=began, finished_at=ended)
    assert words.expected_seconds(store, 100) == 600


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(20, "less than a minute"), (60, "1 minute"), (600, "10 minutes"), (4 * 3600, "4 hours")],
)
def test_rough_times(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


def run_with(
    status: RunStatus, progress: RunProgress | None = None, version: str | None = None, error: str | None = None
) -> Run:
    began = "2026-01-01T10:00:00+00:00"
    return Run("r1", None, status, "operator:ada", began, progress=progress or {}, version=version, error=error)


@pytest.mark.parametrize(
    ("run", "text"),
    [
        (run_with("failed", error="the disk is full"), "It failed: the disk is full."),
        (run_with("interrupted", error="the process ended"), "It was interrupted (the process ended)."),
        (run_with("stopped"), "It was stopped by a person."),
        (run_with("stopped", error="continued as r2"), "was continued as r2."),
        (run_with("finished", version="lamps-v0001"), "It made lamps-v0001, which was held by the gate."),
    ],
)
def test_outcomes_in_words(run: Run, text: str) -> None:
    version = Version("lamps-v0001", "", BASE, "r1", 1, "", gate={"decision": "hold"})
    assert text in words.outcome(run, version if run.version else None)


def test_progress_in_words_and_as_a_curve(session: Session) -> None:
    curve = [{"step": 0, "validation_loss": 2.0}, {"step": 1, "train_loss": 1.9}]
    progress: RunProgress = {
        "phase": "fine-tuning",
        "fraction": 0.5,
        "step": 1,
        "steps": 9,
        "tokens_per_second": 1310.2,
        "seconds_left": 130,
        "curve": curve,
    }
    run = run_with("running", progress)
    assert words.pace(run) == ["step 1 of 9", "1,310 tokens/s", "about 2 minutes of learning left"]
    assert words.curve(run) == [words.Loss(1, 1.9, "training"), words.Loss(0, 2.0, "validation")]
    checking = run_with("running", {"phase": "checking base", "message": "checking base: 3 of 45 cases"})
    assert words.pace(checking) == ["checking base: 3 of 45 cases"]
    read: RunProgress = {
        "phase": "fine-tuning",
        "step": 2,
        "steps": 9,
        "tokens_per_second": None,
        "message": "reading the rows with the base model: 64 of 90",
    }
    assert words.pace(run_with("running", read)) == [read["message"]]
    assert 'aria-valuenow="50.0"' in render("going", run, False)
    assert "0 %" in render("going", run_with("running"), True)
    folder = run_folder(session.settings, run.id)
    folder.mkdir(parents=True)
    (folder / STOP).touch()
    (folder / CHECKPOINT).touch()
    Beginning({}, texts="of a classifier").save(folder)
    assert not words.has_checkpoint(session, run_with("stopped"))
    Beginning({}, snapshot=1).save(folder)
    assert words.stop_asked(session, run)
    assert words.has_checkpoint(session, run_with("stopped")) and not words.has_checkpoint(session, run)


def test_versions_and_verdict(session: Session, tmp_path: Path) -> None:
    first = add_version(session.store)
    second = add_version(session.store, held(first.name))
    promote(session.store, first.name, "system")
    rows = words.version_rows(session)
    assert [row.version.name for row in rows] == [second.name, first.name, BASE]
    assert rows[1].aliases == ["champion"] and rows[0].decision == "held by the gate"
    assert "7/10" in render("versions", rows, ["facts", "must_pass"], second.name, "tiny")
    lines = {line.label: line for line in differences(rows[0], rows[1])}
    assert lines["All cases"].ours == "11/14"
    assert lines["Facts"].text == "−20.0 [−30.0, −10.0]" and lines["Facts"].verdict == "worse"
    assert lines["Must pass"].verdict == "better" and lines["Likelihood of the right replies"].verdict == ""
    assert all(0 <= place <= 100 for line in lines.values() for place in line.places)
    html = render("verdict", rows[0], list(lines.values()))
    assert "<script>" not in html and "$" not in html and "{" not in html
    assert "python -m training gate" in render("verdict", rows[1], [])


def test_history_says_who_did_what(session: Session, tmp_path: Path) -> None:
    store = session.store
    version = add_version(store)
    promote(store, version.name, "operator:ada")
    roll_back(store, "operator:ada")
    visitor = store.people.add_visitor()
    conversation = store.conversations.start(visitor, "lamps")
    store.conversations.add_user_message(conversation, None, "A person, please")
    store.cases.hand_off(conversation.id, visitor.actor, "asked for a person")
    told = [(event.who, event.what) for event in happenings(store)]
    assert told[:3] == [
        ("A visitor", "handed a conversation to a person: asked for a person"),
        ("ada (operator)", f"let the base model answer instead of {version.name}"),
        ("ada (operator)", f"let {version.name} answer"),
    ]
    assert visitor.id not in render("history", happenings(store))
