"""Rows that teach a model to read and to judge, beside the pack's own: what it writes must stand in its passages.

Every pack's model learns from `data/reading`: questions of many domains with passages that answer them or do not, and
sentences that these carry or do not. From the pack come replies with the question whether the facts say so: as they
are, and with a figure that another passage holds, which nothing but reading tells.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from chatbot.dialogue.check import find_items
from chatbot.dialogue.claims import claim_prompt
from chatbot.dialogue.prompt import build_prompt
from chatbot.dialogue.standalone import standalone_prompt
from chatbot.knowledge.packs import Pack, Persona
from chatbot.records import ChatMessage, Passage
from chatbot.settings import DATA
from training.curation.collecting import Example

Row = dict[str, Any]
CLAIMS = DATA / "reading" / "claims.jsonl"
CLAIMS_A_QUESTION = 2
JUDGED = 12  # of so many of the pack's replies one is judged as it is, and one with a wrong figure
YES, NO = "Yes", "No"


def reading_rows(pack: Pack, examples: Sequence[Example], train: Sequence[Row]) -> list[Row]:
    """What a run learns beside the rows of `train`, which are made of the examples, under the pack's system text."""
    return [*_of_many_domains(pack.persona), *_of_the_pack(train), *_worded_to_stand_alone(examples)]


def _of_many_domains(persona: Persona) -> Iterator[Row]:
    for number, told in enumerate(_told()):
        passages = [_passage(fact) for fact in told["facts"]]
        prompt = build_prompt(persona.system, [], told["question"], passages)
        yield _row(f"reading-{number}", prompt, told["answer"] or persona.unknown)
        claims = sorted(told["claims"], key=lambda claim: claim["text"])
        for carried in (True, False):
            kind = [claim for claim in claims if claim["carried"] is carried][: CLAIMS_A_QUESTION // 2]
            for claim in kind:
                asked = claim_prompt(prompt, claim["text"])
                yield _row(f"claim-{number}-{carried}", asked, YES if carried else NO)


def _of_the_pack(train: Sequence[Row]) -> Iterator[Row]:
    for place, row in enumerate(train):
        *prompt, reply = row["messages"]
        if "Facts:" not in prompt[-1]["content"] or row["intent"] == "unknown":
            continue
        if place % JUDGED == 0:
            yield _row(f"{row['id']}-carried", claim_prompt(prompt, reply["content"]), YES)
        elif place % JUDGED == JUDGED // 2 and (wrong := _with_other_figure(reply["content"], prompt[-1]["content"])):
            yield _row(f"{row['id']}-wrong", claim_prompt(prompt, wrong), NO)


def _worded_to_stand_alone(examples: Sequence[Example]) -> Iterator[Row]:
    """The last question of each dialogue that has a wording of its own."""
    told = {example.group: example for example in examples if example.meant}
    for group, example in told.items():
        yield _row(f"{group}-meant", standalone_prompt(example.messages[:-2], example.question), example.meant)


def _with_other_figure(reply: str, facts: str) -> str:
    """The reply with a figure exchanged for another one of the same kind in the facts; nothing where there is none."""
    held = [item.shown for item in find_items(facts)]
    for item in find_items(reply):
        kind = re.sub(r"\d+", "0", item.shown)
        others = [shown for shown in held if re.sub(r"\d+", "0", shown) == kind and shown != item.shown]
        if others:
            return reply.replace(item.shown, others[0])
    return ""


def _row(name: str, prompt: Sequence[ChatMessage], reply: str) -> Row:
    return {"id": name, "intent": "", "messages": [*prompt, {"role": "assistant", "content": reply}]}


def _passage(fact: str) -> Passage:
    title, _, text = fact.partition(": ")
    return Passage("", "article", title.replace(" > ", " › "), text, "")


@cache
def _told() -> list[Row]:
    return [json.loads(line) for line in CLAIMS.read_text(encoding="utf-8").splitlines()]
