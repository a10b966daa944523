"""What happens between a question and the model: rule, retrieve, abstain, compose.

Shared by the session that serves and by the evaluation that judges, so that a suite measures the product.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

from chatbot.dialogue.check import without_addresses
from chatbot.dialogue.grounds import Grounds
from chatbot.dialogue.guard import defuse_markup
from chatbot.dialogue.lookup import BEST, NEAREST, Asked, facts_for, focused, look_up, said_by, topic_of
from chatbot.dialogue.prompt import fit_prompt
from chatbot.dialogue.quoting import fresh_quotation, opening, unopened
from chatbot.dialogue.remembering import Known, about, words_of
from chatbot.dialogue.ruling import Ruling, accepts_offer, apply_rules
from chatbot.dialogue.secrecy import NOTHING_SECRET, Secret
from chatbot.dialogue.standalone import standalone_question
from chatbot.engines.base import Engine
from chatbot.errors import InputError
from chatbot.knowledge.articles.sentences import split_sentences
from chatbot.knowledge.knowledge import Knowledge
from chatbot.knowledge.packs import Pack
from chatbot.knowledge.retrieval.index import Found, KnowledgeIndex, sentences_of
from chatbot.records import Act, ChatMessage, Passage, Trace, WeighedRule
from chatbot.settings import Settings

UNSURE_TO_QUOTE = 0.18  # the share of a pack's own questions that are less sure to be answered than may be
UNSURE_TO_READ = 0.1  # the same where a model reads what was found, and may say that it does not answer
UNSURE_TO_TELL = 0.24  # the same where what was found is told in place of a reply that it does not carry
UNSURE_TO_GO_ON = 0.3  # the same in a talk

_ahead = ThreadPoolExecutor(thread_name_prefix="look-up")


@dataclass(frozen=True)
class Turn:
    """A prepared turn: a fixed `reply`, or a prompt with the `sources` that the model's reply may take figures from.

    `said` are the user's own words among them. `quote` is the answer in the words of the passages or of the pack's
    rows, where the model is not trusted to write it. Where the model writes, `carries` tells whether the passages carry
    a sentence, `completes` what a reply leaves out of several questions, and `instead` what is said in place of one
    that they do not carry; `unknown` is what is said when no reply can be vouched for. What is `secret` stands in none.
    By words that the `visitor` said of themselves a reply may greet them, as in the pack's `greeting`; `known` names
    the fields that hold them.
    """

    act: Act = "answer"
    prompt: list[ChatMessage] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    reply: str = ""
    quote: str = ""
    carries: Callable[[str], bool] | None = None
    completes: Callable[[str], str] | None = None
    instead: Callable[[str], str] | None = None
    secret: Secret = NOTHING_SECRET
    language: str = "en"
    unknown: str = ""
    handoff: str | None = None
    rule: str | None = None
    weighed: WeighedRule | None = None
    known: list[str] = field(default_factory=list)
    visitor: str = ""
    greeting: str = ""
    prompt_tokens: int = 0

    @property
    def uncertain(self) -> bool:
        """Whether nothing near the question was found."""
        return self.act == "abstain"


@dataclass(frozen=True)
class _Task:
    """What a turn is prepared from: an installation, what a version knows and writes with, the message in its talk."""

    settings: Settings
    pack: Pack
    knowledge: Knowledge
    engine: Engine
    history: Sequence[ChatMessage]
    asked: Asked
    known: Sequence[Known] = ()
    pictures: Sequence[str] = ()


def prepare_turn(
    settings: Settings,
    pack: Pack,
    knowledge: Knowledge,
    engine: Engine,
    history: Sequence[ChatMessage],
    question: str,
    traces: Sequence[Trace] = (),
    known: Sequence[Known] = (),
    pictures: Sequence[str] = (),
    by_person: bool = False,
) -> Turn:
    """Decide what the model is asked, if it is; raises `InputError` when the question does not fit the context.

    A rule may reply at once. Else passages are retrieved, and the bot abstains where they are not sure to answer; or
    they are composed into a quotation, or into a prompt with what its reply has to rest on.

    `traces` are those of the replies before, where they were stored; else the words of a reply tell whether it offered
    a person and what it was about. What is `known` of whoever asks is shown to the model, and is no source. `pictures`
    go with the message to a model that sees, whose reply about them can rest on no passage: its figures alone are
    checked. What is to be said `by_person` is answered whatever would hand it over to one.
    """
    if not by_person and (accepted := accepts_offer(pack, history, question, traces)):
        return ruled(accepted)
    finding = ", ".join(one.value for one in known if one.finds)
    asked = replace(_asked(pack, knowledge, history, question, traces), of=finding)
    task = _Task(settings, pack, knowledge, engine, history, asked, known, pictures)
    retrieve = _begin_retrieval(task)
    ruling = apply_rules(pack, knowledge, history, question)
    if by_person and ruling.handoff:
        ruling = Ruling(weighed=ruling.weighed)
    if ruling.reply:
        return ruled(ruling)
    found, asked = (Found(), task.asked) if ruling.talks else retrieve()
    if settings.passages and not ruling.talks and not may_answer(settings, knowledge.index, found):
        if pictures:
            return _compose(task, ruling, Found(), asked)
        return Turn("abstain", passages=found.passages, reply=pack.persona.unknown, weighed=ruling.weighed)
    return _compose(task, ruling, found, asked)


def ruled(ruling: Ruling) -> Turn:
    """A turn that the rules reply to."""
    return Turn(ruling.act, reply=ruling.reply, handoff=ruling.handoff, rule=ruling.name, weighed=ruling.weighed)


def _asked(
    pack: Pack, knowledge: Knowledge, history: Sequence[ChatMessage], question: str, traces: Sequence[Trace]
) -> Asked:
    earlier = [
        ChatMessage(role=said["role"], content=defuse_markup(unopened(said["content"], pack))) for said in history
    ]
    topic = topic_of(knowledge.index, earlier, traces)
    return Asked(question, earlier, topic=topic, language=pack.persona.language)


def _begin_retrieval(task: _Task) -> Callable[[], tuple[Found, Asked]]:
    """Start looking a message up behind the rules, and give what waits for it.

    In vain where a rule applies, so a wording by the model, which takes seconds, waits for what the rules say.
    """
    find = partial(_look_up, task.settings, task.knowledge.index, task.engine, task.asked)
    return find if task.settings.reads and task.history else _ahead.submit(find).result


def _compose(task: _Task, ruling: Ruling, found: Found, asked: Asked) -> Turn:
    """What is said or asked of the model: a row's or a passage's words, or a prompt with what its reply rests on."""
    settings, index = task.settings, task.knowledge.index
    facts = facts_for(index, asked, found.passages) if settings.reads else found.passages
    turn = replace(_prompted(task, asked, facts), rule=ruling.name, weighed=ruling.weighed)
    if task.pictures:
        *before, last = turn.prompt
        return replace(turn, prompt=[*before, {**last, "images": list(task.pictures)}])
    if ruling.rule and ruling.talks:
        quote = "" if settings.replies == "write" else task.knowledge.talk.reply(ruling.rule, asked.message)
        return replace(turn, act=ruling.act, quote=quote)
    if settings.quotes:
        return _quoted(task, ruling, turn)
    if not settings.reads or not turn.passages:
        return turn
    return _grounded(index, turn, found, asked)


def _quoted(task: _Task, ruling: Ruling, turn: Turn) -> Turn:
    """A turn that is answered in the words of its passages, where there are any."""
    quote = fresh_quotation(task.knowledge.index, turn.passages, task.asked.history, task.asked.message)
    said = opening(ruling.tone, task.history)
    if ruling.tone and said and quote:
        return replace(turn, quote=said + quote, rule=ruling.tone.name)
    return replace(turn, quote=quote)


def _prompted(task: _Task, asked: Asked, passages: Sequence[Passage]) -> Turn:
    """A turn with the prompt that fits, the passages it holds and what a reply to it may state."""
    persona, budget = task.pack.persona, task.settings.context_tokens - task.settings.max_new_tokens
    question, history = defuse_markup(asked.message), asked.history
    count = task.engine.count_tokens
    prompt, kept, tokens = fit_prompt(
        persona.system, history, question, passages, count, budget, asked.meant, about(task.known)
    )
    if passages and not kept:
        raise InputError("the message leaves no room for the facts it asks about: send a shorter one")
    contact = persona.contact
    theirs = [without_addresses(text) for text in (asked.message, *said_by("user", history))]
    sources = [*(f"{p.title} {p.text}" for p in kept), *theirs, contact.email, contact.phone, contact.hours]
    return Turn(
        "answer",
        prompt,
        kept,
        sources,
        theirs,
        secret=Secret.of(persona.system, sources),
        language=persona.language,
        unknown=persona.unknown,
        visitor=words_of(task.known),
        greeting=split_sentences(persona.greeting)[0],
        prompt_tokens=tokens,
    )


def _grounded(index: KnowledgeIndex, turn: Turn, found: Found, asked: Asked) -> Turn:
    """A turn whose reply a model writes, with what its claims have to rest on and what stands for one that fails."""
    questions = asked.questions()
    best = [sentences_of(focused(index, one, found.passages, BEST, NEAREST)) for one in questions]
    taken_up = "\n".join(filter(None, [asked.together or asked.message, asked.meant, turn.visitor]))
    told = "".join(said_by("assistant", asked.history)[-1:])
    grounds = Grounds(sentences_of(turn.passages), best, taken_up, turn.language, index.nearest, told)
    sure = found.assurance >= index.usual(UNSURE_TO_GO_ON if asked.history else UNSURE_TO_TELL)
    turn = replace(turn, carries=grounds.carry, instead=grounds.instead if sure else None)
    return replace(turn, completes=grounds.left_out) if sure and len(questions) > 1 else turn


def knows(settings: Settings, index: KnowledgeIndex, question: str) -> bool:
    """Whether something is found that is sure enough to answer a first question."""
    return may_answer(settings, index, look_up(index, Asked(question), settings.passages, settings.reads))


def may_answer(settings: Settings, index: KnowledgeIndex, found: Found) -> bool:
    """Whether what was found is sure enough to answer."""
    if not found.passages:
        return False
    if settings.min_score is not None:
        return found.passages[0].score >= settings.min_score
    return found.assurance >= index.usual(UNSURE_TO_QUOTE if settings.quotes else UNSURE_TO_READ)


def _look_up(settings: Settings, index: KnowledgeIndex, engine: Engine, asked: Asked) -> tuple[Found, Asked]:
    """What is found for a message, and that as it was meant, which a model that reads words."""
    if settings.reads and len(asked.questions()) == 1:
        meant = standalone_question(engine, asked.history, defuse_markup(asked.message), asked.language)
        asked = replace(asked, meant=meant)
    return look_up(index, asked, settings.passages, settings.reads), asked
