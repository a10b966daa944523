"""What happens between a question and the model: a rule applies, or facts are looked up and the prompt is fitted.

Shared by the session that serves and by the evaluation that judges, so that a suite measures the product.
"""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

from chatbot.dialogue.grounds import Grounds
from chatbot.dialogue.guard import defuse_markup
from chatbot.dialogue.handoff import ACCEPTED, ASKED, offers_person, wants_person
from chatbot.dialogue.lookup import BEST, NEAREST, Asked, facts_for, focused, look_up, said_by, topic_of
from chatbot.dialogue.prompt import fit_prompt
from chatbot.dialogue.standalone import standalone_question
from chatbot.engines.base import Engine
from chatbot.errors import InputError
from chatbot.knowledge.articles.sentences import join_sentences, split_sentences
from chatbot.knowledge.knowledge import Knowledge
from chatbot.knowledge.packs import Pack, Rule
from chatbot.knowledge.retrieval.index import Found, KnowledgeIndex, sentences_of
from chatbot.knowledge.rules.router import Route
from chatbot.records import ChatMessage, Passage, Trace
from chatbot.settings import Settings

Act = Literal["answer", "abstain", "handoff", "refuse", "decline", "ask", "chat"]
NEARLY_AS_GOOD = 0.06
SAID_AGAIN = 2  # sentences at most
UNSURE_TO_QUOTE = 0.18  # the share of a pack's own questions that are less sure to be answered than may be
UNSURE_TO_READ = 0.1  # the same where a model reads what was found, and may say that it does not answer
UNSURE_TO_TELL = 0.3  # the same where what was found is told in place of a reply that it does not carry
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
    it. Where the model writes, `carries` tells whether the passages carry a sentence, `completes` what a reply leaves
    out of several questions, and `instead` what is said in place of one that they do not carry; `unknown` is what is
    said when no reply can be vouched for.
    """

    act: Act = "answer"
    prompt: list[ChatMessage] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    reply: str = ""
    quote: str = ""
    carries: Callable[[str], bool] | None = None
    completes: Callable[[str], str] | None = None
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
    asked = Asked(question, earlier, topic=topic, language=pack.persona.language)
    find = partial(_look_up, settings, knowledge.index, engine, asked)
    # In vain where a rule applies, so a wording by the model, which takes seconds, waits for what the rules say.
    looking = None if settings.reads and history else _ahead.submit(find)
    route = knowledge.router.route(question, "".join(said_by("user", history)[-1:]))
    rule = _rule(route, bool(history))
    if wants_person(question, handoff.phrases) and not (rule and rule.action == "handoff"):
        return Turn("handoff", reply=handoff.message, handoff=ASKED)
    if rule and rule.action != "handoff" and knowledge.index.approved(question):
        rule = None
    if rule and (not rule.talks or (rule.message and (rule.action == "chat" or not history))):
        reason = f"rule {rule.name}" if rule.action == "handoff" else None
        return Turn(_act(rule), reply=rule.message or "", handoff=reason, rule=rule.name)
    talk = rule if rule and not (history and rule.action == "ask") else None
    found, asked = (Found(), asked) if talk else looking.result() if looking else find()
    if settings.passages and not talk and not _may_answer(settings, knowledge.index, found):
        return Turn("abstain", passages=found.passages, reply=pack.persona.unknown)
    passages = found.passages
    facts = facts_for(knowledge.index, asked, passages) if settings.reads else passages
    turn = _prompted(settings, pack, engine, asked, facts)
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
    return _grounded(knowledge.index, turn, found, asked)


def _prompted(
    settings: Settings,
    pack: Pack,
    engine: Engine,
    asked: Asked,
    passages: Sequence[Passage],
) -> Turn:
    """A turn with the prompt that fits, the passages it holds and what a reply to it may state."""
    persona, budget = pack.persona, settings.context_tokens - settings.max_new_tokens
    question, history = defuse_markup(asked.message), asked.history
    prompt, kept = fit_prompt(persona.system, history, question, passages, engine.count_tokens, budget, asked.meant)
    if passages and not kept:
        raise InputError("the message leaves no room for the facts it asks about: send a shorter one")
    contact = persona.contact
    theirs = [asked.message, *said_by("user", history)]
    sources = [*(f"{p.title} {p.text}" for p in kept), *theirs, contact.email, contact.phone, contact.hours]
    return Turn("answer", prompt, kept, sources, language=persona.language, unknown=persona.unknown)


def _grounded(index: KnowledgeIndex, turn: Turn, found: Found, asked: Asked) -> Turn:
    """A turn whose reply a model writes, with what its claims have to rest on and what stands for one that fails."""
    questions = asked.questions()
    best = [sentences_of(focused(index, one, found.passages, BEST, NEAREST)) for one in questions]
    taken_up = "\n".join(filter(None, [asked.together or asked.message, asked.meant]))
    told = "".join(said_by("assistant", asked.history)[-1:])
    grounds = Grounds(sentences_of(turn.passages), best, taken_up, turn.language, index.nearest, told)
    sure = found.assurance >= index.usual(UNSURE_TO_TELL)
    turn = replace(turn, carries=grounds.carry, instead=grounds.instead if sure else None)
    return replace(turn, completes=grounds.left_out) if sure and len(questions) > 1 else turn


def _may_answer(settings: Settings, index: KnowledgeIndex, found: Found) -> bool:
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
    return join_sentences(index.nearest(question, sentences, max(1, min(SAID_AGAIN, len(sentences) - 1))))


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
