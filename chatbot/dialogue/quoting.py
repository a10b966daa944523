"""The words of passages as a reply, and what is said before them to somebody who is upset."""

from collections.abc import Sequence

from chatbot.knowledge.articles.sentences import join_sentences, split_sentences
from chatbot.knowledge.packs import Pack, Rule
from chatbot.knowledge.retrieval.index import KnowledgeIndex
from chatbot.records import ChatMessage, Passage

NEARLY_AS_GOOD = 0.06
SAID_AGAIN = 2  # sentences at most
JUST_BEFORE = 6  # messages


def quotation(passages: Sequence[Passage]) -> str:
    """The best passage in its own words, and the second where it is nearly as good."""
    best = [passage for passage in passages[:2] if passage.score > passages[0].score - NEARLY_AS_GOOD]
    alone = passages[:1] and passages[0].kind == "answer"
    return "\n\n".join(passage.text for passage in (best[:1] if alone else best))


def fresh_quotation(
    index: KnowledgeIndex, passages: Sequence[Passage], history: Sequence[ChatMessage], question: str
) -> str:
    """A quotation, or where a reply just before held all of it, its sentences that are nearest to the question."""
    quote = quotation(passages)
    parts = quote.split("\n\n")
    again = any(all(part in message["content"] for part in parts) for message in history[-JUST_BEFORE:])
    if not quote or not again or passages[0].kind == "answer":
        return quote
    sentences = [sentence for part in parts for sentence in split_sentences(part)]
    return join_sentences(index.nearest(question, sentences, max(1, min(SAID_AGAIN, len(sentences) - 1))))


def opening(tone: Rule | None, history: Sequence[ChatMessage]) -> str:
    """What a tone has said before the answer, once in a conversation."""
    if tone is None:
        return ""
    said = _said_before(tone)
    return "" if any(message["content"].startswith(said) for message in history) else said


def unopened(text: str, pack: Pack) -> str:
    """An earlier message without what was said before the answer, which is about nothing that could be looked up."""
    for rule in pack.rules:
        if rule.does.tone:
            text = text.removeprefix(_said_before(rule))
    return text


def _said_before(tone: Rule) -> str:
    return f"{tone.message}\n\n"
