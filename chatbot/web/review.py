"""The agents' page: what waits for review, the conversation around it, stars, correction, approval.

    app = mount_page(app, REVIEW, build_review_page(session, access))

`AccessMiddleware` keeps others out; every handler checks the cookie once more. The HTML is in
`templates/review.html`, which escapes what people wrote. This page only stores: training reads the store later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from chatbot.dialogue.session import Session
from chatbot.errors import InputError
from chatbot.records import STAR_CRITERIA, Person
from chatbot.store.feedback import QueueItem
from chatbot.web.access import Access
from chatbot.web.notices import UNQUEUED, Updates, notice_line, said, told
from chatbot.web.pages import REVIEW
from chatbot.web.review_case import REASONS, answer_rows, find_case, render

STYLE = f"<style>{(Path(__file__).parent / 'templates' / 'review.css').read_text(encoding='utf-8')}</style>"
ALL = "all"
QUEUE_READ = 500
QUEUE_SHOWN = 50
REFRESH_SECONDS = 20
PICK = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-id]');
  if (button) trigger('click', {id: button.dataset.id});
});
"""
TO_CASE = "() => { if (innerWidth < 900) document.getElementById('rv-case')?.scrollIntoView({behavior: 'smooth'}); }"
Stars = int | None


@dataclass(frozen=True)
class Parts:
    """The components that handlers read and write."""

    header: gr.HTML
    reason: gr.Radio
    queue: gr.HTML
    case: gr.HTML
    form: gr.Column
    stars: list[gr.Radio]
    question: gr.Textbox
    correction: gr.Textbox
    hand_back: gr.Button
    undo: gr.Button
    answers: gr.HTML
    selected: gr.State
    done: gr.State
    notice: gr.HTML

    def all(self) -> list[gr.blocks.Block]:
        """Every component that a handler may change."""
        return [
            *(self.header, self.reason, self.queue, self.case, self.form, self.question, self.correction),
            *(self.hand_back, self.undo, self.answers, self.selected, self.done, self.notice),
            *self.stars,
        ]


def build_review_page(session: Session, access: Access) -> gr.Blocks:
    """The page at `/review`."""
    with gr.Blocks(title=f"Review · {session.pack.persona.title}", analytics_enabled=False, fill_width=True) as page:
        selected, done = gr.State(None), gr.State(None)
        gr.HTML(STYLE, elem_id="rv-style")
        header = gr.HTML(elem_id="rv-header")
        with gr.Tab("Queue"), gr.Row():
            with gr.Column(scale=2, min_width=320):
                reason = gr.Radio(_choices([]), value=ALL, label="Why it waits", elem_id="rv-reason")
                queue = gr.HTML(js_on_load=PICK, elem_id="rv-queue")
            with gr.Column(scale=3, min_width=320):
                case = gr.HTML(elem_id="rv-case")
                with gr.Column(visible=False, elem_id="rv-form") as form:
                    stars, question, correction = _form()
                    with gr.Row():
                        save = gr.Button("Save correction")
                        approve = gr.Button("Use this answer from now on", variant="primary")
                    with gr.Row():
                        hand_back = gr.Button("Hand back to the bot", visible=False)
                        finish = gr.Button("Done, next")
                undo = gr.Button("Undo the last “Done”", visible=False, size="sm")
        with gr.Tab("Answers in use"):
            answers = gr.HTML(js_on_load=PICK, elem_id="rv-answers")
        notice = notice_line()
        shown = (header, reason, queue, case, form, stars, question, correction, hand_back, undo, answers)
        parts = Parts(*shown, selected, done, notice)
        desk = ReviewDesk(session, access, parts)
        quiet = UNQUEUED | {"outputs": parts.all()}
        page.load(desk.open, [reason], **quiet)
        reason.input(desk.filter, [reason], **quiet)
        queue.click(desk.pick, [reason], **quiet).then(None, js=TO_CASE)
        for radio in stars:
            radio.input(desk.grade, [selected, *stars], notice, **UNQUEUED)
        save.click(desk.correct, [selected, correction], notice, **UNQUEUED)
        approve.click(desk.approve, [selected, question, correction], [answers, notice], **UNQUEUED)
        hand_back.click(desk.hand_back, [selected, reason], **quiet)
        finish.click(desk.finish, [selected, reason], **quiet)
        undo.click(desk.reopen, [done, reason], **quiet)
        answers.click(desk.withdraw, None, [answers, notice], **UNQUEUED)
        gr.Timer(REFRESH_SECONDS).tick(desk.refresh, [reason, selected], **quiet)
    return page


def _form() -> tuple[list[gr.Radio], gr.Textbox, gr.Textbox]:
    with gr.Row():
        stars = [
            gr.Radio(
                [(str(count), count) for count in range(1, 6)],
                label=f"{criterion.capitalize()} ★",
                elem_classes="rv-stars",
                elem_id=f"rv-{criterion}",
                min_width=280,
            )
            for criterion in STAR_CRITERIA
        ]
    correction = gr.Textbox(label="What the reply should have been", lines=4, max_lines=14, elem_id="rv-correction")
    question = gr.Textbox(
        label="Question it answers",
        info="Approved answers are found by this question: make it understandable by itself.",
        elem_id="rv-question",
    )
    return stars, question, correction


def _choices(items: Sequence[QueueItem]) -> list[tuple[str, str]]:
    more = "+" if len(items) == QUEUE_READ else ""
    counts = {reason: sum(item.reason == reason for item in items) for reason in REASONS}
    return [(f"All {len(items)}{more}", ALL), *((f"{r.capitalize()} {counts[r]}{more}", r) for r in REASONS)]


class ReviewDesk:
    """The handlers: each resolves who is asking, changes the store, and says which components change."""

    def __init__(self, session: Session, access: Access, parts: Parts) -> None:
        self._session = session
        self._store = session.store
        self._access = access
        self._parts = parts
        self.notice = parts.notice

    @told
    def open(self, reason: str, request: gr.Request) -> Updates:
        """Fill the page with the first reply that waits."""
        reader = self._reader(request)
        header = render("header", reader, self._session.pack.persona.title)
        return {self._parts.header: header} | self._next(reader, reason) | self._answers()

    @told
    def filter(self, reason: str, request: gr.Request) -> Updates:
        """Show the first reply that waits for this reason."""
        return self._next(self._reader(request), reason)

    @told
    def refresh(self, reason: str, selected: str | None, request: gr.Request) -> Updates:
        """Bring the queue up to date; what is being written stays."""
        reader = self._reader(request)
        return self._queue(reason, selected) if selected else self._next(reader, reason)

    @told
    def pick(self, reason: str, event: gr.EventData, request: gr.Request) -> Updates:
        """Open the reply that was clicked."""
        return self._show(self._reader(request), str(event._data["id"]), reason)

    @told
    def grade(
        self, selected: str | None, first: Stars, second: Stars, third: Stars, fourth: Stars, request: gr.Request
    ) -> Updates:
        """Store the stars given so far."""
        counts = zip(STAR_CRITERIA, (first, second, third, fourth), strict=True)
        stars = {criterion: int(count) for criterion, count in counts if count}
        self._store.feedback.add_stars(_chosen(selected), self._reader(request), stars)
        return gr.skip()  # type: ignore[no-any-return]

    @told
    def correct(self, selected: str | None, correction: str, request: gr.Request) -> Updates:
        """Store what the reply should have been."""
        self._store.feedback.correct(_chosen(selected), self._reader(request), correction)
        return {self.notice: said("Correction saved.")}

    @told
    def approve(self, selected: str | None, question: str, correction: str, request: gr.Request) -> Updates:
        """Use the answer from now on: it is stored when this returns, and the next question finds it."""
        reader, message_id = self._reader(request), _chosen(selected)
        with self._store.transaction():
            self._store.feedback.approve(question, correction, reader, message_id)
            if correction.strip() != self._store.conversations.message(message_id).content.strip():
                self._store.feedback.correct(message_id, reader, correction)
        return self._answers() | {self.notice: said("In use: similar questions are answered with it from now on.")}

    @told
    def hand_back(self, selected: str | None, reason: str, request: gr.Request) -> Updates:
        """Let the bot answer in this conversation again."""
        reader, message_id = self._reader(request), _chosen(selected)
        conversation = self._store.conversations.message(message_id).conversation
        self._store.cases.release(conversation, reader)
        again = said("The bot answers in this conversation again.")
        return self._show(reader, message_id, reason) | {self.notice: again}

    @told
    def finish(self, selected: str | None, reason: str, request: gr.Request) -> Updates:
        """Take the reply off the queue and open the next."""
        reader, message_id = self._reader(request), _chosen(selected)
        self._store.feedback.mark_reviewed(message_id, reader)
        return self._next(reader, reason) | {self._parts.done: message_id, self._parts.undo: gr.update(visible=True)}

    @told
    def reopen(self, done: str | None, reason: str, request: gr.Request) -> Updates:
        """Put the reply that was done last back on the queue, and open it."""
        reader, message_id = self._reader(request), _chosen(done)
        self._store.feedback.reopen(message_id, reader)
        shown = self._show(reader, message_id, reason)
        return shown | {self._parts.done: None, self._parts.undo: gr.update(visible=False)}

    @told
    def withdraw(self, event: gr.EventData, request: gr.Request) -> Updates:
        """Stop using an approved answer, at once."""
        self._store.feedback.withdraw_answer(str(event._data["id"]), self._reader(request))
        return self._answers() | {self.notice: said("Withdrawn: it is not used any more.")}

    def _reader(self, request: gr.Request) -> Person:
        return self._access.staff_for(REVIEW, request.cookies)

    def _next(self, reader: Person, reason: str) -> Updates:
        items = _waiting(self._store.feedback.queue(QUEUE_READ), reason)
        if items:
            return self._show(reader, items[0].message, reason)
        parts = self._parts
        empty = {parts.case: render("nothing", reason != ALL), parts.form: gr.update(visible=False)}
        return self._queue(reason, None) | empty | {parts.selected: None}

    def _show(self, reader: Person, message_id: str, reason: str) -> Updates:
        parts = self._parts
        case = find_case(self._store, message_id, reader, self._store.feedback.queue(QUEUE_READ))
        stars = zip(parts.stars, STAR_CRITERIA, strict=True)
        return self._queue(reason, message_id) | {
            parts.selected: message_id,
            parts.case: render("reply", case),
            parts.form: gr.update(visible=True),
            parts.question: case.question,
            parts.correction: case.correction,
            parts.hand_back: gr.update(visible=case.handed_off),
            **{radio: case.stars.get(criterion) for radio, criterion in stars},
        }

    def _queue(self, reason: str, selected: str | None) -> Updates:
        items = self._store.feedback.queue(QUEUE_READ)
        waiting = _waiting(items, reason)
        html = render("queue", waiting[:QUEUE_SHOWN], selected, max(0, len(waiting) - QUEUE_SHOWN))
        return {self._parts.queue: html, self._parts.reason: gr.update(choices=_choices(items))}

    def _answers(self) -> Updates:
        return {self._parts.answers: render("answers", answer_rows(self._store))}


def _waiting(items: Sequence[QueueItem], reason: str) -> list[QueueItem]:
    return [item for item in items if reason in (ALL, item.reason)]


def _chosen(message_id: str | None) -> str:
    if not message_id:
        raise InputError("no reply is chosen: pick one from the queue")
    return message_id
