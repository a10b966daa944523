"""What is looked up for a message in a talk, and which sentences of what is found a model is shown.

Serving, training and the benchmarks of retrieval share it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

from chatbot.dialogue.several import split_questions
from chatbot.knowledge.retrieval.embeddings import windows
from chatbot.knowledge.retrieval.index import Found, KnowledgeIndex, Query, united
from chatbot.records import ChatMessage, Passage, Trace

FACTS, NEAR = 4, 0.15  # sentences that a model which reads is shown, and how much less than the best one may score
FACTS_EACH = 2  # of each question, where a message holds several
BEST, NEAREST = 2, 0.05  # the same of those on which a reply has to rest


@dataclass(frozen=True)
class Asked:
    """A message after the talk before it, `meant` as a question that stands alone, on the `topic` of the talk.

    What is remembered `of` whoever asks is looked up together with it, where nothing was said before.
    """

    message: str
    history: Sequence[ChatMessage] = ()
    meant: str = ""
    topic: str | None = None
    language: str = "en"
    of: str = ""

    def questions(self) -> list["Asked"]:
        """Each question of the message by itself, the later ones as if they followed the first."""
        first, *later = split_questions(self.message, self.language)
        if not later:
            return [self]
        history = [*self.history, ChatMessage(role="user", content=first)]
        return [replace(self, message=first), *(replace(self, message=one, history=history) for one in later)]

    @property
    def together(self) -> str:
        """The message after the user's message before it; empty for the first."""
        before = said_by("user", self.history)[-1:]
        return "\n".join([*before, self.message]) if before else ""


def look_up(index: KnowledgeIndex, asked: Asked, limit: int, each: bool, leave_out: Collection[str] = ()) -> Found:
    """The passages nearest to a message, and how sure it is that they answer; with `each`, to its questions in turn."""
    found = index.look_up(search_queries(asked), limit, leave_out)
    questions = asked.questions() if each else [asked]
    if len(questions) == 1:
        return found
    found_each = [index.search(search_queries(question), limit, leave_out) for question in questions]
    in_turn = {passage.id: passage for passage in chain(*zip_longest(*found_each)) if passage}
    return replace(found, passages=list(in_turn.values())[: max(limit, FACTS_EACH * len(questions))])


def search_queries(asked: Asked) -> list[Query]:
    """The question alone, after the user's message before it, and that as it was meant or with the topic of the talk.

    Not after the reply before it: a quoted reply finds itself again, whatever is asked next. People end a long message
    with what they want, so the end of one is asked by itself too. What a model takes it to mean is trusted by half.
    """
    queries: list[Query] = [asked.message, *windows(asked.message)[-1:]]
    if asked.of and not asked.together:
        queries.append((asked.message, f"{asked.of}\n{asked.message}"))
    if asked.together:
        queries += [asked.together, *([(asked.together, asked.meant)] if asked.meant else [])]
        queries += [(asked.together, f"{asked.topic}\n{asked.message}")] if asked.topic else []
    return queries


def topic_of(index: KnowledgeIndex, history: Sequence[ChatMessage], traces: Sequence[Trace] = ()) -> str | None:
    """The title of the article that the talk was last about: that which a reply rested on, or whose words it has."""
    rested = (passage["id"] for trace in reversed(traces) for passage in trace.passages if passage.get("used"))
    by_words = map(index.topic, reversed(said_by("assistant", history)))
    return next(filter(None, map(index.title, rested)), None) or next(filter(None, by_words), None)


def facts_for(
    index: KnowledgeIndex, asked: Asked, passages: Sequence[Passage], leave_out: Collection[str] = ()
) -> list[Passage]:
    """The sentences of passages that a model is shown, those nearest to each question of the message.

    Known questions in `leave_out` do not help.
    """
    questions = asked.questions()
    if len(questions) == 1:
        return focused(index, asked, passages, FACTS, NEAR, leave_out)
    return united(passages, [focused(index, one, passages, FACTS_EACH, NEAR, leave_out) for one in questions])


def focused(
    index: KnowledgeIndex,
    asked: Asked,
    passages: Sequence[Passage],
    count: int,
    within: float,
    leave_out: Collection[str] = (),
) -> list[Passage]:
    """At most `count` sentences, those nearest to one question or to what it means after the message before it."""
    return index.focused(nearness(asked), passages, count, within, said_by("assistant", asked.history), leave_out)


def nearness(asked: Asked) -> list[Query]:
    """What sentences must be near to: a question, and what it means after the message before it."""
    queries: list[Query] = [asked.message]
    if asked.together:
        queries.append((asked.together, asked.meant) if asked.meant else asked.together)
    return queries


def said_by(role: str, history: Sequence[ChatMessage]) -> list[str]:
    """The messages of one side."""
    return [message["content"] for message in history if message["role"] == role]
