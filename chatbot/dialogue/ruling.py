"""The first step of a turn: what the pack's rules make of a message, and whether it asks for a person."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chatbot.dialogue.handoff import ACCEPTED, ASKED, offers_person, says_yes, wants_person
from chatbot.dialogue.lookup import said_by
from chatbot.knowledge.knowledge import Knowledge
from chatbot.knowledge.packs import Pack, Rule
from chatbot.knowledge.rules.router import Route
from chatbot.records import Act, ChatMessage, Trace, WeighedRule

SURE_IN_TALK = 0.8


@dataclass(frozen=True)
class Ruling:
    """What becomes of a message: a `reply` at once, with the reason of a `handoff`, or an answer by the later steps.

    Those note the `rule` that it falls under; where that `talks`, they look nothing up. `tone` may be said before.
    `weighed` is the likeliest rule, also where none holds.
    """

    reply: str = ""
    act: Act = "answer"
    handoff: str | None = None
    rule: Rule | None = None
    talks: bool = False
    tone: Rule | None = None
    weighed: WeighedRule | None = None

    @property
    def name(self) -> str | None:
        """The name of the rule, if there is one."""
        return self.rule.name if self.rule else None


def accepts_offer(pack: Pack, history: Sequence[ChatMessage], question: str, traces: Sequence[Trace]) -> Ruling | None:
    """The handover where a message says yes to a person whom the reply before it offered."""
    if not history:
        return None
    offered = traces[-1].offered if traces else None
    if offered is None:
        offered = offers_person(pack, history[-1]["content"])
    return Ruling(pack.persona.handoff.message, "handoff", ACCEPTED) if offered and says_yes(question) else None


def apply_rules(pack: Pack, knowledge: Knowledge, history: Sequence[ChatMessage], question: str) -> Ruling:
    """The ruling on a message after the talk before it."""
    route = knowledge.router.route(question, "".join(said_by("user", history)[-1:]))
    return replace(_ruling(pack, knowledge, route, question, bool(history)), weighed=weighed(route, bool(history)))


def _ruling(pack: Pack, knowledge: Knowledge, route: Route, question: str, follows: bool) -> Ruling:
    handoff, rule = pack.persona.handoff, rule_of(route, follows)
    if wants_person(question, [*handoff.phrases, pack.persona.texts.person]) and not (rule and rule.does.fetches):
        return Ruling(handoff.message, "handoff", ASKED)
    if rule is None or (not rule.does.fetches and knowledge.index.approved(question)):
        return Ruling(tone=route.tone)
    step = rule.does.step(bool(rule.message), follows)
    if step == "say":
        return Ruling(rule.message or "", rule.does.act, f"rule {rule.name}" if rule.does.fetches else None, rule)
    return Ruling(act=rule.does.act, rule=rule, talks=step == "talk", tone=route.tone)


def rule_of(route: Route, follows: bool) -> Rule | None:
    """The rule that a message falls under; a follow-up, which says little by itself, must be surer to."""
    rule = route.rule
    return rule if rule and route.probability > _needed(rule, follows) else None


def weighed(route: Route, follows: bool) -> WeighedRule | None:
    """The likeliest rule as a trace keeps it; None where the pack has none."""
    rule = route.rule
    if rule is None:
        return None
    return {"rule": rule.name, "probability": round(route.probability, 4), "needed": _needed(rule, follows)}


def _needed(rule: Rule, follows: bool) -> float:
    """The probability above which a rule holds."""
    return max(rule.sure, SURE_IN_TALK) if follows and not rule.does.fetches else rule.sure
