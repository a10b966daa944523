"""What an agent sees of one reply: the branch around it, what was thought of it, what the bot had been shown.

Reads the store and renders `templates/review.html`; changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from chatbot.records import ApprovedAnswer, Feedback, FoundPassage, Message, Person, Trace
from chatbot.store import Store
from chatbot.store.feedback import QueueItem

CHECKED = {
    "shortened": "The check cut off what the passages do not support.",
    "rewritten": "The check had the reply written once more.",
    "quoted": "The check refused what the model wrote, so the passages were quoted.",
    "abstained": "The check refused what the model wrote, and there was no passage to quote.",
}
REFUSALS = ("quoted", "abstained")
REASONS = ("handed off", "disliked", "uncertain", "new")


@dataclass(frozen=True)
class Said:
    """One person's feedback, in words."""

    who: str
    said: str
    kind: str
    value: str | None
    reasons: list[str]
    text: str | None


@dataclass(frozen=True)
class ReviewCase:
    """A reply under review with everything around it."""

    reply: Message
    question: str
    reason: str
    messages: list[Message]
    handed_off: bool
    feedback: list[Said]
    stars: dict[str, int]
    correction: str
    passages: list[FoundPassage]
    trace: Trace


@dataclass(frozen=True)
class AnswerRow:
    """An approved answer with the name of who approved it."""

    answer: ApprovedAnswer
    author: str


def find_case(store: Store, message_id: str, reader: Person, items: Sequence[QueueItem]) -> ReviewCase:
    """The case of a reply; `stars` and `correction` are the reader's own where there are any."""
    conversations = store.conversations
    reply = conversations.message(message_id)
    conversation = conversations.get(reply.conversation)
    branch = conversations.path(conversation.head)
    if all(message.id != reply.id for message in branch):
        branch = conversations.path(reply.id)
    everyone = store.feedback.on(message_id)
    own = {feedback.kind: feedback for feedback in everyone if feedback.person == reader.id}
    corrections = [feedback.correction for feedback in everyone if feedback.correction]
    mine = own["correction"].correction if "correction" in own else None
    trace = reply.trace or Trace()
    return ReviewCase(
        reply=reply,
        question=conversations.message(reply.parent).content if reply.parent else "",
        reason=next((item.reason for item in items if item.message == message_id), "new"),
        messages=[message for message in branch if message.content],
        handed_off=store.cases.get(conversation.id).status in ("waiting", "held"),
        feedback=[_said(store, feedback) for feedback in everyone],
        stars=own["stars"].stars if "stars" in own else {},
        correction=mine or (corrections[-1] if corrections else reply.content),
        passages=trace.passages,
        trace=trace,
    )


def check_words(trace: Trace) -> str:
    """What the check did, where it did anything: a quotation is no refusal where the model wrote nothing."""
    return "" if trace.check in REFUSALS and not trace.refused else CHECKED.get(trace.check, "")


def answer_rows(store: Store) -> list[AnswerRow]:
    """The approved answers in use, the latest first."""
    return [AnswerRow(answer, _name(store, answer.person)) for answer in reversed(store.feedback.answers())]


def _said(store: Store, feedback: Feedback) -> Said:
    who = "The visitor" if feedback.role == "visitor" else _name(store, feedback.person)
    said = {
        "rating": f"{feedback.value}d this",
        "stars": "gave " + ", ".join(f"{criterion} {count}" for criterion, count in feedback.stars.items()),
        "correction": "wrote instead",
    }[feedback.kind]
    return Said(who, said, feedback.kind, feedback.value, feedback.reasons, feedback.correction or feedback.comment)


def _name(store: Store, person_id: str) -> str:
    person = store.people.get(person_id)
    return person.name or person.role if person else "somebody who left"


def _moment(stamp: str) -> str:
    moment = datetime.fromisoformat(stamp)
    day = "today" if moment.date() == datetime.now(UTC).date() else f"{moment.day} {moment:%b %Y}"
    return f"{day}, {moment:%H:%M} UTC"


def _pieces() -> ModuleType:
    environment = Environment(
        loader=PackageLoader("chatbot.web", "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["moment"] = _moment
    environment.globals["check_words"] = check_words
    return environment.get_template("review.html").module  # type: ignore[return-value]


_module = _pieces()


def render(piece: str, *values: object) -> str:
    """The HTML of one macro of the template; braces are escaped too, as `gr.HTML` would read them as its own."""
    html: Markup = getattr(_module, piece)(*values)
    return str(html).replace("{", "&#123;").replace("}", "&#125;").replace("$", "&#36;").strip()
