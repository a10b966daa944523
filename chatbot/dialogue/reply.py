"""Writing one checked reply: stream, check, write once more, fall back to a passage or to an honest "I don't know".

Shared by the session that serves and by the evaluation that judges.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from chatbot.dialogue.best_of import FREE_TEMPERATURE, BestOf
from chatbot.dialogue.check import Source, StreamCheck, whole_sentences
from chatbot.dialogue.claims import Doubts
from chatbot.dialogue.quoting import quotation
from chatbot.dialogue.turn import Turn
from chatbot.engines.base import Engine, Generation, Usage
from chatbot.knowledge.articles.sentences import split_sentences
from chatbot.records import Outcome, Sampling

DECLINES = re.compile(
    r"\bI\b[^.!?]{0,20}\b(?:do not|don['’]t|cannot|can['’]t|could not|couldn['’]t|not)\s"
    r"(?:\w+\s){0,2}?(?:have|find|know|say|sure)\b"
    r"|\b(?:my|the) (?:information|facts)\b[^.!?]{0,40}\b(?:not|doesn['’]t|don['’]t|isn['’]t|aren['’]t)\b"
    r"|\b(?:not|isn['’]t|aren['’]t)\b[^.!?]{0,20}\b(?:in|by) (?:my|the) (?:information|facts)\b"
    r"|\bno (?:information|details|facts)\b|\bnothing (?:about|in my information)\b|\brather not guess\b",
    re.IGNORECASE,
)
ATTEMPTS = 2  # one where claims are judged: of what was drawn again after that, half was wrong


@dataclass(frozen=True)
class Draft:
    """A reply so far: `text` may be shown as it is; `refused` is what the check kept from being shown.

    The first `settled` characters, whole sentences, stay as they are whatever comes; the rest may be replaced. `usage`
    counts the tokens of what a model writes.
    """

    text: str = ""
    settled: int = 0
    outcome: Outcome = "passed"
    refused: tuple[str, ...] = ()
    abstained: bool = False
    usage: Usage | None = None


class Writing:
    """A reply being written: iterate it once for its drafts; `stop` ends it where it is, from any thread.

    `on_view` is the text that is kept if it ends now: empty while another attempt begins.
    """

    def __init__(self, engine: Engine, turn: Turn, sampling: Sampling, check: bool = True, best_of: int = 1) -> None:
        """A turn with a quotation is answered by it, whatever the sampling. Without `check`, what the model writes
        goes out. With `best_of` above 1 each reply is chosen among so many.
        """
        self._writer = BestOf(engine, best_of, turn.sources) if best_of > 1 else engine
        self._turn = turn
        self._sampling = sampling
        self._check = check
        self._generation: Generation | None = None
        self.stopped = False
        self.on_view = ""

    def stop(self) -> None:
        """End the reply where it is; what is on view stays."""
        self.stopped = True
        if self._generation is not None:
            self._generation.cancel()

    def __iter__(self) -> Iterator[Draft]:
        """Yield a draft whenever the reply has changed, the last of them whole."""
        for draft in self._drafts():
            self.on_view = draft.text
            yield draft

    def _drafts(self) -> Iterator[Draft]:
        turn = self._turn
        if turn.reply:
            yield Draft(turn.reply, outcome="fixed", abstained=turn.act == "abstain")
        elif turn.quote:
            yield Draft(turn.quote, outcome="quoted")
        else:
            for draft in self._checked() if self._check else self._unchecked():
                yield replace(draft, usage=replace(self._generation.usage) if self._generation else None)

    def _generate(self, sampling: Sampling) -> Generation:
        self.on_view = ""
        self._generation = self._writer.generate(self._turn.prompt, sampling)
        if self.stopped:
            self._generation.cancel()
        return self._generation

    def _unchecked(self) -> Iterator[Draft]:
        text = ""
        for piece in self._generate(self._sampling):
            text = (text + piece).lstrip()
            yield Draft(text, len(text.rstrip()))
        yield Draft(text.strip(), len(text.rstrip()), "off")

    def _checked(self) -> Iterator[Draft]:
        turn, structured = self._turn, bool(self._sampling.schema)
        draft, text, failed = Draft(), "", list[str]()
        for attempt in range(1 if turn.carries else ATTEMPTS):
            generation, follower = self._generate(self._drawn(attempt)), _follower(turn, self._sampling)
            draft, text = replace(draft, text=""), ""
            for piece in generation:
                text = (text + piece).lstrip()
                end = follower.release(text)
                if follower.failed:
                    generation.cancel()
                    break
                if end > len(draft.text):
                    settled = len(whole_sentences(text, end)) if follower.says else 0
                    draft = replace(draft, text=text[:end], settled=settled)
                    yield draft
            if self.stopped:
                yield replace(draft, text=draft.text.strip())
                return
            end = follower.release(text, whole=True)
            says = follower.says or "?" in text or declines(text, turn.language)
            if not follower.failed and text.strip() and says:
                draft = replace(draft, text=text.strip(), outcome="rewritten" if attempt else "passed")
                break
            failed += follower.failed or [text.strip()]
            kept = whole_sentences(text, end) if follower.says else ""
            if kept and not structured:
                draft = replace(draft, text=kept, outcome="shortened")
                break
        else:
            draft = _fallen_back(turn, draft, text)
        draft = replace(draft, refused=tuple(failed))
        yield draft if structured or draft.abstained else _finished(turn, draft)

    def _drawn(self, attempt: int) -> Sampling:
        """How an attempt is drawn: the second more freely than the first."""
        first = self._sampling
        temperature = max(first.temperature, FREE_TEMPERATURE)
        return replace(first, temperature=temperature, seed=first.seed + 1) if attempt else first


def _finished(turn: Turn, draft: Draft) -> Draft:
    """A reply with what it lacks: the offer of a person where it does not know, else the answers that it left out."""
    if declines(draft.text, turn.language):
        offer = turn.carries and not draft.text.endswith("?")
        text = f"{draft.text} {split_sentences(turn.unknown)[-1]}" if offer else draft.text
        return replace(draft, text=text, abstained=True)
    if turn.completes and draft.outcome != "quoted":
        return replace(draft, text="\n\n".join(filter(None, [draft.text, turn.completes(draft.text)])))
    return draft


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
    source, carries, secret = Source.of(turn.sources), turn.carries, turn.secret
    if carries is None or sampling.schema:
        return StreamCheck(source, secret=secret)
    doubts = Doubts(turn.sources, turn.language, turn.visitor, turn.greeting)
    vouched = Source.of([text for text in turn.sources if text not in turn.said])
    return StreamCheck(source, doubts, lambda said: DECLINES.search(said) is not None or carries(said), secret, vouched)


def _fallen_back(turn: Turn, draft: Draft, said: str) -> Draft:
    """The passages in their own words in place of what was said, or without any the pack's "I don't know"."""
    told = quotation(turn.passages) if turn.carries is None else turn.instead(said) if turn.instead else ""
    if told:
        return replace(draft, text=told, outcome="quoted")
    return replace(draft, text=turn.unknown, outcome="abstained", abstained=True)
