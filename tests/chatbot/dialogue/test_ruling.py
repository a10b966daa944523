"""The first step of a turn: a person is asked for, a rule holds, or the articles are to answer."""

from pathlib import Path

import pytest

from chatbot.dialogue.handoff import ACCEPTED, ASKED
from chatbot.dialogue.ruling import SURE_IN_TALK, Ruling, accepts_offer, apply_rules, rule_of, weighed
from chatbot.knowledge.knowledge import Knowledge, open_knowledge
from chatbot.knowledge.packs import Pack, Rule, load_pack
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.knowledge.rules.router import Route
from chatbot.records import ChatMessage, Trace

TALK: list[ChatMessage] = [{"role": "user", "content": "hm"}, {"role": "assistant", "content": "Shall I?"}]
RULES = {"danger": ("handoff", "Ring 999."), "weather": ("decline", "No forecasts."), "mood": ("chat", "")}


@pytest.fixture
def pack(pack_folder: Path) -> Pack:
    (pack_folder / "rules").mkdir()
    for name, (action, message) in RULES.items():
        examples = [f"{word} {name} {end}" for word in ("what", "which", "any") for end in ("now", "today", "here")]
        lines = [f'action = "{action}"', f"examples = {examples!r}", f'message = "{message}"' if message else ""]
        (pack_folder / "rules" / f"{name}.toml").write_text("\n".join(lines), encoding="utf-8")
    return load_pack(pack_folder)


@pytest.fixture
def knowledge(pack: Pack) -> Knowledge:
    return open_knowledge(pack, HashedEmbedder(), HashedEmbedder())


def test_whoever_asks_for_a_person_gets_one(pack: Pack, knowledge: Knowledge) -> None:
    ruling = apply_rules(pack, knowledge, [], "may I speak to a human")
    assert (ruling.reply, ruling.act, ruling.handoff) == (pack.persona.handoff.message, "handoff", ASKED)


def test_a_rule_with_a_message_replies_at_once(pack: Pack, knowledge: Knowledge) -> None:
    declined, fetched = (apply_rules(pack, knowledge, [], f"any {name} today") for name in ("weather", "danger"))
    assert (declined.reply, declined.act, declined.handoff, declined.name) == (
        "No forecasts.",
        "decline",
        None,
        "weather",
    )
    assert (fetched.reply, fetched.act, fetched.handoff) == ("Ring 999.", "handoff", "rule danger")


def test_a_rule_that_talks_leaves_the_reply_to_the_later_steps(pack: Pack, knowledge: Knowledge) -> None:
    ruling = apply_rules(pack, knowledge, [], "any mood today")
    assert (ruling.reply, ruling.name, ruling.talks) == ("", "mood", True)


def test_an_ordinary_question_falls_under_none(pack: Pack, knowledge: Knowledge) -> None:
    ruling = apply_rules(pack, knowledge, [], "what does sending back cost")
    assert ruling == Ruling(weighed=ruling.weighed)
    assert ruling.weighed and ruling.weighed["rule"] in RULES and ruling.weighed["probability"] <= 0.5


@pytest.mark.parametrize(("offered", "said", "accepted"), [(True, "yes please", True), (True, "why?", False)])
def test_yes_to_an_offer_hands_over(pack: Pack, offered: bool, said: str, accepted: bool) -> None:
    ruling = accepts_offer(pack, TALK, said, [Trace(offered=offered)])
    assert (ruling is not None and ruling.handoff == ACCEPTED) is accepted
    assert accepts_offer(pack, [], said, []) is None
    assert accepts_offer(pack, TALK, said, [Trace(offered=False)]) is None


def test_a_follow_up_must_be_surer_but_where_a_person_is_fetched() -> None:
    examples = ["one", "two", "three", "four", "five"]
    mild = Rule(name="mild", action="decline", message="No.", examples=examples)
    grave = Rule(name="grave", action="handoff", message="Ring 999.", examples=examples)
    assert rule_of(Route(mild, SURE_IN_TALK), follows=False) == mild
    assert rule_of(Route(mild, SURE_IN_TALK), follows=True) is None
    assert rule_of(Route(grave, SURE_IN_TALK), follows=True) == grave
    assert rule_of(Route(mild, 0.5), follows=False) is None
    assert rule_of(Route(None, 0.0), follows=False) is None
    assert weighed(Route(mild, 0.7), follows=True) == {"rule": "mild", "probability": 0.7, "needed": SURE_IN_TALK}
    assert weighed(Route(grave, 0.7), follows=True) == {"rule": "grave", "probability": 0.7, "needed": 0.5}
    assert weighed(Route(None, 0.0), follows=False) is None
