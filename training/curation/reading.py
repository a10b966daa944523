"""Rows that teach a model to read, beside the pack's own, and to word a follow-up so that it stands alone.

Every pack's model learns from `data/reading`: questions and follow-ups of many domains with what answers among others.
How a follow-up is worded is learned there and from the dialogues of the pack itself.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache

from chatbot.dialogue.lookup import Asked, facts_for, nearness
from chatbot.dialogue.prompt import build_prompt
from chatbot.dialogue.standalone import standalone_prompt
from chatbot.knowledge.articles.sentences import split_sentences
from chatbot.knowledge.packs import Pack
from chatbot.knowledge.persona import Persona
from chatbot.knowledge.retrieval.index import KnowledgeIndex
from chatbot.knowledge.retrieval.questions import words_of
from chatbot.pack_folders import DATA
from chatbot.records import ChatMessage, Passage
from training.curation.examples import Example
from training.rows import Row

FILES = (DATA / "reading" / "claims.jsonl", DATA / "reading" / "near.jsonl")


@dataclass(frozen=True)
class Told:
    """A question of another domain with its facts and its answer, which rests on some of them.

    A follow-up comes with the turns `before` it, and with what is `meant`: it in words that stand alone.
    """

    question: str
    facts: Sequence[str]
    answer: str
    before: Sequence[str] = ()
    meant: str = ""
    rests_on: Sequence[int] = ()


def reading_rows(pack: Pack, examples: Sequence[Example], index: KnowledgeIndex) -> list[Row]:
    """What a run learns beside the rows made of the examples, under the pack's system text."""
    return [*_of_many_domains(pack.persona, index), *_worded_to_stand_alone(examples)]


def with_answer(facts: Sequence[Passage], held: Sequence[Passage], reply: str) -> list[Passage]:
    """Facts with the sentence of `held` that a reply shares most words with, last where it was missing."""
    parts = {sentence: passage for passage in held for sentence in split_sentences(passage.text)}
    said = set(words_of(reply))
    needed = max(parts, key=lambda sentence: len(said & set(words_of(sentence))))
    there = any(needed in fact.text for fact in facts)
    return [*facts] if there else [*facts, replace(parts[needed], text=needed)]


def _of_many_domains(persona: Persona, index: KnowledgeIndex) -> Iterator[Row]:
    index.read_sentences([_passage(fact) for told in _told() for fact in told.facts])
    asked = [Asked(told.question, _messages(told.before), told.meant, language=persona.language) for told in _told()]
    index.embed([query for one in asked for question in one.questions() for query in nearness(question)])
    for number, (told, one) in enumerate(zip(_told(), asked, strict=True)):
        held = [_passage(fact) for fact in told.facts]
        facts = facts_for(index, one, held)
        for needed in [[held[at]] for at in told.rests_on] or [held]:
            facts = with_answer(facts, needed, told.answer)
        prompt = build_prompt(persona.system, one.history, told.question, facts, told.meant)
        yield _row(f"reading-{number}", prompt, told.answer)
        if told.meant:
            yield _row(f"reading-{number}-meant", standalone_prompt(one.history, told.question), told.meant)


def _worded_to_stand_alone(examples: Sequence[Example]) -> Iterator[Row]:
    """The last question of each dialogue that has a wording of its own."""
    told = {example.group: example for example in examples if example.meant}
    for group, example in told.items():
        yield _row(f"{group}-meant", standalone_prompt(example.messages[:-2], example.question), example.meant)


def _row(name: str, prompt: Sequence[ChatMessage], reply: str) -> Row:
    return {"id": name, "intent": "", "messages": [*prompt, ChatMessage(role="assistant", content=reply)]}


def _passage(fact: str) -> Passage:
    title, _, text = fact.partition(": ")
    return Passage("", "article", title.replace(" > ", " › "), text, "")


def _messages(texts: Sequence[str]) -> list[ChatMessage]:
    return [ChatMessage(role="assistant" if at % 2 else "user", content=text) for at, text in enumerate(texts)]


@cache
def _told() -> list[Told]:
    """The rows whose passages answer; those that do not would teach silence (`selection`)."""
    lines = [line for file in FILES for line in file.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in map(json.loads, lines) if row["answer"]]
    known = [field.name for field in fields(Told)]
    return [Told(**{name: value for name, value in row.items() if name in known}) for row in rows]
