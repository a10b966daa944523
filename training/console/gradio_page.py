"""The operators' page: what waits to be learned, retraining with its progress, versions with the gate's verdicts.

    app = mount_page(app, CONSOLE, build_operate_page(session, access, jobs))

`AccessMiddleware` keeps others out; every handler checks the cookie once more. The words are in `words`, what
may be done in `acts`, the HTML and the style in `view`. Nothing is trained in this process: `jobs`
starts another.
"""

from dataclasses import dataclass, fields

import gradio as gr
import pandas as pd

from chatbot.dialogue.session import Session
from chatbot.records import Person
from chatbot.store import Store
from chatbot.store.versions import BASE
from chatbot.web.access import Access
from chatbot.web.notices import UNQUEUED, Updates, notice_line, said, told
from chatbot.web.pages import OPERATE, Page
from training.console import acts, words
from training.console.happenings import happenings
from training.console.view import STYLE, differences, render
from training.runs.jobs import Jobs

CONSOLE = Page(f"{OPERATE.path}/console", OPERATE.roles)
POLL_SECONDS = 2
GO_ON = "Go on from the checkpoint"
COLUMNS = ["step", "loss", "rows"]
COLOURS = {"training": "#7f93a8", "validation": "#2f9e86"}
PICK = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-id]');
  if (button) trigger('click', {id: button.dataset.id});
});
"""
TO_CONFIRM = "() => setTimeout(() => document.querySelector('#op-yes')?.focus(), 80)"
TO_ACTIONS = "() => setTimeout(() => document.querySelector('#op-roll-back')?.focus(), 80)"


@dataclass(frozen=True)
class Parts:
    """The components that handlers read and write; `shown` remembers what each of them showed last."""

    header: gr.HTML
    waits: gr.HTML
    run: gr.HTML
    retrain: gr.Button
    stop: gr.Button
    curve: gr.LinePlot
    versions: gr.HTML
    verdict: gr.HTML
    promote: gr.Button
    trial: gr.Button
    roll_back: gr.Button
    confirm: gr.Column
    question: gr.HTML
    history: gr.HTML
    selected: gr.State
    waiting_act: gr.State
    shown: gr.State
    notice: gr.HTML

    def all(self) -> list[object]:
        """Every component that a handler may change."""
        return [getattr(self, field.name) for field in fields(self)]


def build_operate_page(session: Session, access: Access, jobs: Jobs) -> gr.Blocks:
    """The page at `/operate/console`."""
    with (
        gr.Blocks(title=f"Operate · {session.pack.persona.title}", analytics_enabled=False, fill_width=True) as page,
        gr.Column(elem_id="op"),
    ):
        _html(STYLE, elem_id="op-style")
        header = _html(elem_id="op-header")
        with gr.Row(equal_height=False):
            with gr.Column(scale=1, min_width=320, elem_classes="op-panel"):
                waits = _html(elem_id="op-waits")
            with gr.Column(scale=1, min_width=320, elem_classes="op-panel"):
                run, retrain, stop, curve = _retraining()
        versions = _html(js_on_load=PICK, elem_id="op-versions")
        with gr.Column(elem_classes="op-panel"):
            verdict = _html(elem_id="op-verdict")
            with gr.Row(elem_classes="op-buttons"):
                promoting = gr.Button("Promote", variant="primary", elem_id="op-promote")
                trying = gr.Button("Try it", elem_id="op-try")
                rolling = gr.Button("Roll back", elem_id="op-roll-back")
            with gr.Column(visible=False, elem_id="op-confirm") as confirm:
                question = _html()
                with gr.Row(elem_classes="op-buttons"):
                    yes = gr.Button("Yes, do it", variant="primary", elem_id="op-yes")
                    no = gr.Button("Leave it as it is", elem_id="op-no")
        history = _html(elem_id="op-history")
        notice = notice_line()
        selected, waiting_act, shown = gr.State(None), gr.State(None), gr.State({})
        retraining = (run, retrain, stop, curve)
        judging = (versions, verdict, promoting, trying, rolling, confirm, question, history)
        parts = Parts(header, waits, *retraining, *judging, selected, waiting_act, shown, notice)
        desk = OperatorDesk(session, access, jobs, parts)
        quiet = UNQUEUED | {"outputs": parts.all()}
        page.load(desk.tick, [shown, selected], **quiet)
        gr.Timer(POLL_SECONDS).tick(desk.tick, [shown, selected], **quiet)
        retrain.click(desk.retrain, [shown, selected], **quiet)
        stop.click(desk.stop, [shown, selected], **quiet)
        versions.click(desk.pick, [shown, waiting_act], **quiet)
        promoting.click(desk.ask_promote, [selected], **quiet).then(None, js=TO_CONFIRM)
        trying.click(desk.ask_try, [selected], **quiet).then(None, js=TO_CONFIRM)
        rolling.click(desk.ask_roll_back, None, **quiet).then(None, js=TO_CONFIRM)
        yes.click(desk.confirm, [waiting_act, shown, selected], **quiet).then(None, js=TO_ACTIONS)
        no.click(desk.cancel, None, **quiet).then(None, js=TO_ACTIONS)
    return page


def _retraining() -> tuple[gr.HTML, gr.Button, gr.Button, gr.LinePlot]:
    run = _html(elem_id="op-run")
    with gr.Row(elem_classes="op-buttons"):
        retrain = gr.Button("Retrain", variant="primary", elem_id="op-retrain")
        stop = gr.Button("Stop", variant="stop", visible=False, elem_id="op-stop")
    curve = gr.LinePlot(
        x="step",
        y="loss",
        color="rows",
        color_map=COLOURS,
        x_title="Step",
        y_title="Loss",
        color_title=" ",
        title="Loss by step: lower is better",
        height=240,
        visible=False,
        elem_id="op-curve",
    )
    return run, retrain, stop, curve


def _html(value: str | None = None, **options: object) -> gr.HTML:
    return gr.HTML(value, apply_default_css=False, **{"js_on_load": None, **options})


class OperatorDesk:
    """The handlers: each resolves who is asking, acts, and says which components change."""

    def __init__(self, session: Session, access: Access, jobs: Jobs, parts: Parts) -> None:
        self._session = session
        self._store: Store = session.store
        self._access = access
        self._jobs = jobs
        self._parts = parts
        self.notice = parts.notice
        self._feedback = words.WaitingFeedback(session)

    @told
    def tick(self, shown: dict[int, int], selected: str | None, request: gr.Request) -> Updates:
        """Show what is new since the page showed something last."""
        return self._frame(self._operator(request), shown, selected)

    @told
    def retrain(self, shown: dict[int, int], selected: str | None, request: gr.Request) -> Updates:
        """Begin a cycle; it goes on from a checkpoint that fits by itself."""
        operator = self._operator(request)
        self._jobs.start(operator.actor)
        return self._frame(operator, shown, selected)

    @told
    def stop(self, shown: dict[int, int], selected: str | None, request: gr.Request) -> Updates:
        """Ask the run under way to stop."""
        operator = self._operator(request)
        self._jobs.stop(operator.actor)
        stopping = said("It stops after the step under way. Its checkpoint is kept: the next run can go on from it.")
        return self._frame(operator, shown, selected) | {self.notice: stopping}

    @told
    def pick(
        self, shown: dict[int, int], waiting: acts.Act | None, event: gr.EventData, request: gr.Request
    ) -> Updates:
        """Show the verdict on the version that was clicked; a question about another one is closed."""
        name = str(event._data["id"])
        closed = self._closed() if waiting and waiting[1] != name else {}
        return self._frame(self._operator(request), shown, name) | closed

    @told
    def ask_promote(self, selected: str | None, request: gr.Request) -> Updates:
        """Say what promoting means, and wait for a yes."""
        self._operator(request)
        return self._ask(*acts.promoting(self._store, selected or self._default()))

    @told
    def ask_roll_back(self, request: gr.Request) -> Updates:
        """Name what would answer after rolling back, and wait for a yes."""
        self._operator(request)
        return self._ask(*acts.rolling_back(self._store))

    @told
    def ask_try(self, selected: str | None, request: gr.Request) -> Updates:
        """Say what a trial means, or that it would end, and wait for a yes."""
        self._operator(request)
        return self._ask(*acts.trying(self._store, selected or self._default(), self._session.settings.canary))

    @told
    def confirm(
        self, waiting: acts.Act | None, shown: dict[int, int], selected: str | None, request: gr.Request
    ) -> Updates:
        """Do what was asked about."""
        operator = self._operator(request)
        done = acts.carry_out(self._store, waiting, self._session.settings.canary, operator.actor)
        return self._frame(operator, shown, selected) | self._closed() | {self.notice: said(done)}

    @told
    def cancel(self, request: gr.Request) -> Updates:
        """Leave everything as it is."""
        self._operator(request)
        return self._closed()

    def _operator(self, request: gr.Request) -> Person:
        return self._access.staff_for(OPERATE, request.cookies)

    def _default(self) -> str:
        newest = next(iter(self._store.versions.all()), None)
        return newest.name if newest else BASE

    def _ask(self, act: acts.Act, text: str) -> Updates:
        parts = self._parts
        opened = gr.update(visible=True)
        return {parts.waiting_act: act, parts.question: render("question", text), parts.confirm: opened}

    def _closed(self) -> Updates:
        return {self._parts.waiting_act: None, self._parts.confirm: gr.update(visible=False)}

    def _frame(self, operator: Person, shown: dict[int, int], selected: str | None) -> Updates:
        """What the page should show, less what it shows already."""
        parts, live = self._parts, self._session.live
        champion, rows = self._store.versions.resolve("champion"), words.version_rows(self._session)
        chosen = next((row for row in rows if row.version.name == selected), rows[0])
        against = next((row for row in rows if row.version.name == chosen.version.gate.get("against")), None)
        suites = list(dict.fromkeys(suite for row in rows for suite in row.suites))
        name = chosen.version.name
        title, base = self._session.pack.persona.title, self._session.settings.base_model
        share, tried = self._session.settings.canary, self._store.versions.alias("canary")
        wanted: Updates = {
            parts.header: render("header", operator, title, live, champion, share),
            parts.waits: render("waits", self._feedback.waiting()),
            parts.versions: render("versions", rows, suites, name, base),
            parts.verdict: render("verdict", chosen, differences(chosen, against)),
            parts.promote: gr.update(interactive=name not in (BASE, champion)),
            parts.trial: gr.update(
                value=f"End the trial of {tried}" if tried else f"Try it in {share:.0%} of the chats",
                interactive=bool(tried) or (share > 0 and name not in (BASE, champion)),
            ),
            parts.roll_back: gr.update(interactive=champion != BASE),
            parts.history: render("history", happenings(self._store)),
            parts.selected: selected,
            **self._retraining(),
        }
        marks = {part._id: hash(repr(value)) for part, value in wanted.items()}
        changed = {part: value for part, value in wanted.items() if marks[part._id] != shown.get(part._id)}
        return changed | {parts.shown: marks}

    def _retraining(self) -> Updates:
        parts, session = self._parts, self._session
        current = self._jobs.current()
        last = current or next(iter(self._store.versions.runs(1)), None)
        stopping = current is not None and words.stop_asked(session, current)
        resumable = last is not None and words.has_checkpoint(session, last)
        waiting = self._feedback.waiting()
        if current:
            html = render("going", current, stopping)
        else:
            made = self._store.versions.get(last.version) if last and last.version else None
            text = words.outcome(last, made) if last else ""
            html = render("over", words.plan(waiting, self._store), last, text, resumable)
        points = words.curve(last) if last else []
        return {
            parts.run: html,
            parts.retrain: gr.update(
                value=GO_ON if resumable else "Retrain",
                visible=current is None,
                interactive=bool(waiting.counts.train),
            ),
            parts.stop: gr.update(visible=current is not None, interactive=not stopping),
            parts.curve: gr.update(value=pd.DataFrame(points, columns=COLUMNS), visible=len(points) > 1),
        }
