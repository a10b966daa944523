"""Writing one checked reply: stream, check, write once more, fall back to a passage or to an honest "I don't know".

Shared by the session that serves and by the evaluation that judges.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from chatbot.dialogue.best_of import FREE_TEMPERATURE, BestOf
from chatbot.dialogue.check import Source, StreamCheck, whole_sentences
from chatbot.dialogue.claims import Doubts
from chatbot.dialogue.truncation import Truncation, token_count
from chatbot.dialogue.turn import Turn, quotation
from chatbot.engines.base import Engine, Generation
from chatbot.knowledge.articles.sentences import split_sentences
from chatbot.records import Sampling, Trace

Outcome = Literal["fixed", "passed", "shortened", "rewritten", "quoted", "abstained", "off"]
OWN_WORDS = ("passed", "shortened", "rewritten", "off")  # outcomes of replies in the model's words
DECLINES = re.compile(
    r"\bI\b[^.!?]{0,20}\b(?:do not|don['’]t|cannot|can['’]t|could not|couldn['’]t|not)\s"
    r"(?:\w+\s){0,2}?(?:have|find|know|say|sure)\b"
    r"|\b(?:my|the) (?:information|facts)\b[^.!?]{0,40}\b(?:not|doesn['’]t|don['’]t|isn['’]t|aren['’]t)\b"
    r"|\b(?:not|isn['’]t|aren['’]t)\b[^.!?]{0,20}\b(?:in|by) (?:my|the) (?:information|facts)\b"
    r"|\bno (?:information|details|facts)\b|\bnothing (?:about|in my information)\b|\brather not guess\b",
    re.IGNORECASE,
)
ATTEMPTS = 2  # one where claims are judged: of what was drawn again after that, half was wrong


@dataclass
class Writing:
    """A reply in the making: `text` may be shown as it is; `failed` holds what the check refused.

    The first `settled` characters, whole sentences, stay as they are whatever comes; the rest may be replaced.
    """

    text: str = ""
    settled: int = 0
    outcome: Outcome = "passed"
    failed: list[str] | None = None
    generation: Generation | None = None
    abstained: bool = False
    stopped: bool = False
    truncation: Truncation = field(default_factory=Truncation)

    def stop(self) -> None:
        """End the reply where it is; what is on view stays."""
        self.stopped = True
        if self.generation is not None:
            self.generation.cancel()


def write_reply(
    engine: Engine, turn: Turn, sampling: Sampling, writing: Writing, check: bool = True, best_of: int = 1
) -> Iterator[None]:
    """Fill `writing` step by step; yields whenever it changed. Without `check`, what the model writes goes out.

    A turn with a quotation is answered by it, whatever the sampling. With `best_of` above 1 each reply is chosen among
    so many.
    """
    if turn.reply:
        writing.text, writing.outcome, writing.abstained = turn.reply, "fixed", turn.act == "abstain"
        yield
        return
    if turn.quote:
        writing.text, writing.outcome = turn.quote, "quoted"
        yield
        return
    writer = BestOf(engine, best_of, turn.sources) if best_of > 1 else engine
    failed: list[str] = []
    text = ""
    for attempt in range(1 if turn.carries else ATTEMPTS):
        again = replace(sampling, temperature=max(sampling.temperature, FREE_TEMPERATURE), seed=sampling.seed + 1)
        writing.generation = writer.generate(turn.prompt, again if attempt else sampling)
        if not check:
            yield from _unchecked(writing)
            return
        follower = _follower(turn, sampling)
        text, shown = "", 0
        for piece in writing.generation:
            text = (text + piece).lstrip()
            end = follower.release(text)
            if follower.failed:
                writing.generation.cancel()
                break
            if end > shown:
                writing.text, shown = text[:end], end
                writing.settled = len(whole_sentences(text, end)) if follower.says else 0
                yield
        if writing.stopped:
            writing.text = writing.text.strip()
            yield
            return
        end = follower.release(text, whole=True)
        says = follower.says or "?" in text or declines(text, turn.language)
        if not follower.failed and text.strip() and says:
            writing.text, writing.outcome = text.strip(), "rewritten" if attempt else "passed"
            break
        failed += follower.failed or [text.strip()]
        kept = whole_sentences(text, end) if follower.says else ""
        if kept and not sampling.schema:
            writing.text, writing.outcome = kept, "shortened"
            break
        writing.text = ""
    else:
        _fall_back(turn, writing, text)
    writing.failed = failed or None
    if not sampling.schema and not writing.abstained:
        _finish(turn, writing)
    yield


def end_reply(engine: Engine, writing: Writing, trace: Trace) -> Trace:
    """Cut a whole reply where its client wants it to end; the trace with why it ended, and with how long it is."""
    writing.text, cut = writing.truncation.apply(engine, writing.text, writing.settled)
    if writing.outcome in OWN_WORDS:
        return replace(trace, finish=cut or trace.finish)
    return replace(trace, finish=cut or "stop", completion_tokens=token_count(engine, writing.text))


def _finish(turn: Turn, writing: Writing) -> None:
    """Note a reply that does not know and offer a person, or add what it leaves out of several questions."""
    if declines(writing.text, turn.language):
        writing.abstained = True
        if turn.carries and not writing.text.endswith("?"):
            writing.text = f"{writing.text} {split_sentences(turn.unknown)[-1]}"
    elif turn.completes and writing.outcome != "quoted":
        writing.text = "\n\n".join(filter(None, [writing.text, turn.completes(writing.text)]))


def declines(text: str, language: str = "en") -> bool:
    """Whether a reply says that it does not know: at once, and not of the second half of a question."""
    doubts = Doubts((), language)
    for sentence in split_sentences(text):
        if DECLINES.search(sentence):
            return True
        if doubts.claims(sentence):
            return False
    return False


def _follower(turn: Turn, sampling: Sampling) -> StreamCheck:
    """What the reply has to pass as it grows."""
    source, carries = Source.of(turn.sources), turn.carries
    if carries is None or sampling.schema:
        return StreamCheck(source)
    doubts = Doubts(turn.sources, turn.language)
    return StreamCheck(source, doubts, lambda said: DECLINES.search(said) is not None or carries(said))


def _unchecked(writing: Writing) -> Iterator[None]:
    for piece in writing.generation or ():
        writing.text = (writing.text + piece).lstrip()
        writing.settled = len(writing.text.rstrip())
        yield
    writing.text, writing.outcome = writing.text.strip(), "off"
    yield


def _fall_back(turn: Turn, writing: Writing, said: str) -> None:
    """The passages in their own words in place of what was said, or without any the pack's "I don't know"."""
    told = quotation(turn.passages) if turn.carries is None else turn.instead(said) if turn.instead else ""
    if told:
        writing.text, writing.outcome = told, "quoted"
    else:
        writing.text, writing.outcome, writing.abstained = turn.unknown, "abstained", True
