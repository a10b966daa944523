"""A reply that is written and checked like any other and stored nowhere: drafts, and the playground of operators."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.dialogue.answering import Installation
from chatbot.dialogue.guard import clean_message
from chatbot.dialogue.remembering import Known
from chatbot.dialogue.reply import Draft, Writing
from chatbot.dialogue.sources import used_passages
from chatbot.dialogue.turn import Turn, prepare_turn
from chatbot.engines.guest import Guest
from chatbot.engines.seat import Loaded
from chatbot.knowledge.knowledge import Knowledge
from chatbot.records import ChatMessage, FoundPassage, Person, Sampling, Trace

LONGEST_SECONDS = 60.0


@dataclass(frozen=True)
class Tried:
    """What a version answers to a question, and how that came about."""

    version: str
    text: str
    trace: Trace
    seconds: float


def write_once(
    installation: Installation,
    loaded: Loaded[Knowledge],
    history: Sequence[ChatMessage],
    question: str,
    sampling: Sampling,
    traces: Sequence[Trace] = (),
    known: Sequence[Known] = (),
    by_person: bool = False,
) -> tuple[Turn, Draft]:
    """The reply to a question after what was said before; it ends after a minute at the latest.

    One that is said `by_person` hands nobody over.
    """
    settings, (engine, knowledge) = installation.settings, loaded
    deadline = time.monotonic() + LONGEST_SECONDS
    knowledge.set_answers(installation.store.feedback.answers())
    pack = installation.pack
    turn = prepare_turn(settings, pack, knowledge, engine, history, question, traces, known, by_person=by_person)
    writing, last = Writing(engine, turn, sampling, settings.check, settings.best_of), Draft()
    for draft in writing:
        last = draft
        if time.monotonic() > deadline:
            writing.stop()
    return turn, last


def try_version(
    installation: Installation, guest: Guest[Knowledge], person: Person, question: str, version: str, sampling: Sampling
) -> Tried:
    """What a version says to a question that begins a conversation; it takes a place like any reply."""
    question = clean_message(question, installation.settings.max_message_chars)
    with installation.admission.place(person.id), guest.lease(version) as loaded:
        began = time.perf_counter()
        turn, draft = write_once(installation, loaded, [], question, sampling)
        seconds = round(time.perf_counter() - began, 2)
    used = used_passages(draft.text, turn.passages)
    found: list[FoundPassage] = [passage.as_found(passage.id in used) for passage in turn.passages]
    trace = Trace(
        version,
        passages=found,
        act="abstain" if draft.abstained else turn.act,
        rule=turn.rule,
        weighed=turn.weighed,
        handoff=turn.handoff,
        check=draft.outcome,
        refused=list(draft.refused),
    )
    return Tried(version, draft.text, trace, seconds)
