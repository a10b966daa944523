"""What happens between a question and the model: a rule applies, or facts are looked up and the prompt is fitted.

Shared by the session that serves and by the evaluation that judges, so that a suite measures the product.
"""

import re
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

from chatbot.dialogue.grounds import Grounds
from chatbot.dialogue.guard import defuse_markup
from chatbot.dialogue.handoff import ACCEPTED, ASKED, offers_person, wants_person
from chatbot.dialogue.prompt import fit_prompt
from chatbot.dialogue.standalone import standalone_question
from chatbot.engines.base import Engine
from chatbot.errors import InputError
from chatbot.knowledge.articles import split_sentences
from chatbot.knowledge.embeddings import windows
from chatbot.knowledge.index import Found, KnowledgeIndex, Query, sentences_of
from chatbot.knowledge.knowledge import Knowledge
from chatbot.knowledge.packs import Pack, Rule
from chatbot.knowledge.router import Route
from chatbot.records import ChatMessage, Passage, Trace
from chatbot.settings import Settings

Act = Literal["answer", "abstain", "handoff", "refuse", "decline", "ask", "chat"]
NEARLY_AS_GOOD = 0.06
SAID_AGAIN = 2  # sentences at most
FACTS, NEAR = 4, 0.15  # sentences that a model which reads is shown, and how much less than the best one may score
BEST, NEAREST = 2, 0.05  # the same of those on which a reply has to rest
UNSURE_TO_QUOTE = 0.18  # the share of a pack's own questions that are less sure to be answered than may be
UNSURE_TO_READ = 0.1  # the same where a model reads what was found, and may say that it does not answer
JUST_BEFORE = 6  # messages
SURE_IN_TALK = 0.8
YES = re.compile(
    r"(?:yes|yeah|yep|yup|sure|ok(?:ay)?|please|go on|go ahead|of course|why not|do(?: that| it| so)?|"
    r"(?:that would|that['’]d) be (?:great|nice|good|lovely|helpful)|get (?:one|them|me one|a colleague))\b"
    r"(?:\W+(?:yes|yeah|ok(?:ay)?|sure|please|pls|plz|do|that|it|so|thanks|thank|you|then|mate|very|much|go|ahead|on|"
    r"great|good|would|be|i|"
    r"(?:get|fetch) (?:me )?(?:one|them|him|her|(?:the|an?|another) (?:coll?[ea]+gu?e|person)))\b)*\W*",
    re.IGNORECASE,
)

_ahead = ThreadPoolExecutor(thread_name_prefix="look-up")


@dataclass(frozen=True)
class Turn:
    """A prepared turn: a fixed `reply`, or a prompt with the `sources` that the model's reply may take figures from.

    `quote` is the answer in the words of the passages or of the pack's rows, where the model is not trusted to write
    it. Where the model writes, `carries` tells whether the passages carry a sentence, and `instead` what is said in
    place of a reply that they do not; `unknown` is what is said when no reply can be vouched for.
    """

    act: Act = "answer"
    prompt: list[ChatMessage] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    reply: str = ""
    quote: str = ""
    carries: Callable[[str], bool] | None = None
    instead: Callable[[str], str] | None = None
    language: str = "en"
    unknown: str = ""
    handoff: str | None = None
    rule: str | None = None

    @property
    def uncertain(self) -> bool:
        """Whether nothing near the question was found."""
        return self.act == "abstain"


def prepare_turn(
    settings: Settings,
    pack: Pack,
    knowledge: Knowledge,
    engine: Engine,
    history: Sequence[ChatMessage],
    question: str,
    traces: Sequence[Trace] = (),
) -> Turn:
    """Decide what the model is asked, if it is; raises `InputError` when the question does not fit the context.

    `traces` are those of the replies before, where they were stored; else the words of a reply tell whether it offered
    a person and what it was about.
    """
    handoff = pack.persona.handoff
    offered = traces[-1].offered if traces else None
    if history and offered is None:
        offered = offers_person(pack, history[-1]["content"])
    if history and offered and YES.fullmatch(question.strip()):
        return Turn("handoff", reply=handoff.message, handoff=ACCEPTED)
    earlier: list[ChatMessage] = [
        {"role": m["role"], "content": defuse_markup(unopened(m["content"], pack))} for m in history
    ]
    topic = topic_of(knowledge.index, earlier, traces)
    look_up = partial(_look_up, settings, pack, knowledge.index, engine, earlier, question, topic)
    # In vain where a rule applies, so a wording by the model, which takes seconds, waits for what the rules say.
    looking = None if settings.reads and history else _ahead.submit(look_up)
    route = knowledge.router.route(question, "".join(_said_by("user", history)[-1:]))
    rule = _rule(route, bool(history))
    if wants_person(question, handoff.phrases) and not (rule and rule.action == "handoff"):
        return Turn("handoff", reply=handoff.message, handoff=ASKED)
    if rule and rule.action != "handoff" and knowledge.index.approved(question):
        rule = None
    if rule and (not rule.talks or (rule.message and (rule.action == "chat" or not history))):
        reason = f"rule {rule.name}" if rule.action == "handoff" else None
        return Turn(_act(rule), reply=rule.message or "", handoff=reason, rule=rule.name)
    talk = rule if rule and not (history and rule.action == "ask") else None
    found, meant = (Found(), "") if talk else looking.result() if looking else look_up()
    if settings.passages and not talk and not _may_answer(settings, knowledge.index, found):
        return Turn("abstain", passages=found.passages, reply=pack.persona.unknown)
    passages = found.passages
    focused = partial(facts_for, knowledge.index, earlier, question, meant)
    facts = focused(passages) if settings.reads else passages
    turn = _prompted(settings, pack, engine, earlier, question, facts, meant)
    if talk:
        quote = "" if settings.replies == "write" else knowledge.talk.reply(talk, question)
        return replace(turn, act=_act(talk), quote=quote, rule=talk.name)
    turn = replace(turn, rule=rule.name if rule else None)
    if settings.quotes:
        quote, opening = _told(knowledge.index, turn.passages, earlier, question), _opening(route, history)
        spoken = replace(turn, quote=opening + quote, rule=route.tone.name if route.tone else None)
        return spoken if quote and opening else replace(turn, quote=quote)
    if not settings.reads or not turn.passages:
        return turn
    asked = "\n".join([*_said_by("user", history)[-1:], question, meant])
    return _grounded(knowledge.index, turn, found, focused, asked)


def _prompted(
    settings: Settings,
    pack: Pack,
    engine: Engine,
    history: Sequence[ChatMessage],
    question: str,
    passages: Sequence[Passage],
    meant: str,
) -> Turn:
    """A turn with the prompt that fits, the passages it holds and what a reply to it may state."""
    persona, budget = pack.persona, settings.context_tokens - settings.max_new_tokens
    asked = defuse_markup(question)
    prompt, kept = fit_prompt(persona.system, history, asked, passages, engine.count_tokens, budget, meant)
    if passages and not kept:
        raise InputError("the message leaves no room for the facts it asks about: send a shorter one")
    contact = persona.contact
    theirs = [question, *_said_by("user", history)]
    sources = [*(f"{p.title} {p.text}" for p in kept), *theirs, contact.email, contact.phone, contact.hours]
    return Turn("answer", prompt, kept, sources, language=persona.language, unknown=persona.unknown)


def _grounded(
    index: KnowledgeIndex,
    turn: Turn,
    found: Found,
    focused: Callable[[Sequence[Passage], int, float], list[Passage]],
    asked: str,
) -> Turn:
    """A turn whose reply a model writes, with what its claims have to rest on and what stands for one that fails."""
    best = sentences_of(focused(found.passages, BEST, NEAREST))
    grounds = Grounds(sentences_of(turn.passages), best, asked, turn.language, index.nearest)
    sure = found.assurance >= index.usual(UNSURE_TO_QUOTE)
    return replace(turn, carries=grounds.carry, instead=grounds.instead if sure else None)


def _may_answer(settings: Settings, index: KnowledgeIndex, found: Found) -> bool:
    """Whether what was found is sure enough to answer."""
    if not found.passages:
        return False
    if settings.min_score is not None:
        return found.passages[0].score >= settings.min_score
    return found.assurance >= index.usual(UNSURE_TO_QUOTE if settings.quotes else UNSURE_TO_READ)


def _look_up(
    settings: Settings,
    pack: Pack,
    index: KnowledgeIndex,
    engine: Engine,
    history: Sequence[ChatMessage],
    question: str,
    topic: str | None,
) -> tuple[Found, str]:
    """What is found, and how a follow-up is worded to stand alone, which a model that reads does."""
    asked = defuse_markup(question)
    meant = standalone_question(engine, history, asked, pack.persona.language) if settings.reads else ""
    return index.look_up(search_queries(history, question, meant, topic), settings.passages), meant


def topic_of(index: KnowledgeIndex, history: Sequence[ChatMessage], traces: Sequence[Trace] = ()) -> str | None:
    """The title of the article that the talk was last about: that which a reply rested on, or whose words it has."""
    rested = (passage["id"] for trace in reversed(traces) for passage in trace.passages if passage.get("used"))
    by_words = map(index.topic, reversed(_said_by("assistant", history)))
    return next(filter(None, map(index.title, rested)), None) or next(filter(None, by_words), None)


def search_queries(
    history: Sequence[ChatMessage], question: str, meant: str = "", topic: str | None = None
) -> list[Query]:
    """The question alone, after the user's message before it, and that as it was meant or with the topic of the talk.

    Not after the reply before it: a quoted reply finds itself again, whatever is asked next. People end a long message
    with what they want, so the end of one is asked by itself too. What a model takes it to mean is trusted by half.
    """
    queries: list[Query] = [question, *windows(question)[-1:]]
    asked = _said_by("user", history)
    if asked:
        together = f"{asked[-1]}\n{question}"
        queries += [together, *([(together, meant)] if meant else [])]
        queries += [(together, f"{topic}\n{question}")] if topic else []
    return queries


def facts_for(
    index: KnowledgeIndex,
    history: Sequence[ChatMessage],
    question: str,
    meant: str,
    passages: Sequence[Passage],
    count: int = FACTS,
    within: float = NEAR,
    leave_out: Collection[str] = (),
) -> list[Passage]:
    """The sentences of passages that are nearest to the question, or to what it means after those before it.

    Known questions in `leave_out` do not help.
    """
    asked = _said_by("user", history)
    together = f"{asked[-1]}\n{question}" if asked else ""
    told = _said_by("assistant", history)
    queries: list[Query] = [question, *([(together, meant) if meant else together] if together else [])]
    return index.focused(queries, passages, count, within, told, leave_out)


def _said_by(role: str, history: Sequence[ChatMessage]) -> list[str]:
    return [message["content"] for message in history if message["role"] == role]


def quotation(passages: Sequence[Passage]) -> str:
    """The best passage in its own words, and the second where it is nearly as good."""
    return "\n\n".join(passage.text for passage in _nearly_best(passages))


def _nearly_best(passages: Sequence[Passage]) -> Sequence[Passage]:
    best = [p for p in passages[:2] if p.score > passages[0].score - NEARLY_AS_GOOD]
    alone = passages[:1] and passages[0].kind == "answer"
    return best[:1] if alone else best


def _told(index: KnowledgeIndex, passages: Sequence[Passage], history: Sequence[ChatMessage], question: str) -> str:
    """A quotation, or where a reply just before held all of it, its sentences that are nearest to the question."""
    quote = quotation(passages)
    parts = quote.split("\n\n")
    again = any(all(part in message["content"] for part in parts) for message in history[-JUST_BEFORE:])
    if not quote or not again or passages[0].kind == "answer":
        return quote
    sentences = [sentence for part in parts for sentence in split_sentences(part)]
    return " ".join(index.nearest(question, sentences, max(1, min(SAID_AGAIN, len(sentences) - 1))))


def _rule(route: Route, follows: bool) -> Rule | None:
    """The rule that a message falls under; a follow-up, which says little by itself, must be surer to."""
    if route.rule is None:
        return None
    unsure = follows and route.rule.action != "handoff" and route.probability <= SURE_IN_TALK
    return route.rule if route.holds and not unsure else None


def _act(rule: Rule) -> Act:
    return "answer" if rule.action == "acknowledge" else rule.action


def _opening(route: Route, history: Sequence[ChatMessage]) -> str:
    """What is said before the answer, once in a conversation."""
    if route.tone is None:
        return ""
    said = _said_before(route.tone)
    return "" if any(message["content"].startswith(said) for message in history) else said


def unopened(text: str, pack: Pack) -> str:
    """An earlier message without what was said before the answer, which is about nothing that could be looked up."""
    for rule in pack.rules:
        if rule.action == "acknowledge":
            text = text.removeprefix(_said_before(rule))
    return text


def _said_before(tone: Rule) -> str:
    return f"{tone.message}\n\n"
