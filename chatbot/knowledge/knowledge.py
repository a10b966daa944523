"""What a version looks things up with: the index and the small talk under its retriever, and the router."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from chatbot.knowledge.packs import Pack
from chatbot.knowledge.retrieval.embeddings import Embedder
from chatbot.knowledge.retrieval.index import KnowledgeIndex
from chatbot.knowledge.retrieval.questions import known_questions, unanswered_questions
from chatbot.knowledge.retrieval.spelling import Speller
from chatbot.knowledge.rules.router import Router
from chatbot.knowledge.rules.talk import Talk
from chatbot.records import ApprovedAnswer

SOME = 300  # pairs


@dataclass
class Knowledge:
    """A pack, ready to be asked; `partial` while only some of its rows are indexed."""

    index: KnowledgeIndex
    router: Router
    talk: Talk
    partial: bool = False

    def become(self, whole: "Knowledge") -> None:
        """Look things up with another from now on, for those who hold this one."""
        self.index, self.router, self.talk, self.partial = whole.index, whole.router, whole.talk, whole.partial

    def set_answers(self, answers: Sequence[ApprovedAnswer]) -> None:
        """Hold exactly these approved answers."""
        self.index.set_answers(answers)


def open_knowledge(
    pack: Pack, retriever: Embedder, router: Embedder, cache: Path | None = None, taught: bool = False
) -> Knowledge:
    """Index a pack by one embedder and route by another, which may have been `taught` the pack's rules.

    Vectors are kept in the folder `cache`.
    """
    questions = known_questions(pack.pieces, pack.pairs, pack.dialogues)
    correct = Speller(pack).correct
    index = KnowledgeIndex(retriever, pack.pieces, questions, cache, unanswered_questions(pack.pairs), correct)
    return Knowledge(index, Router(router, pack, cache, correct, taught), Talk(retriever, pack, cache, correct))


def open_part(pack: Pack, embedder: Embedder) -> Knowledge:
    """All articles, rules and small talk of a pack, but `SOME` other pairs and no dialogue: soon read."""
    step = max(1, len(pack.pairs) // SOME)
    talking = {rule.name for rule in pack.rules if rule.does.talks}
    pairs = [pair for at, pair in enumerate(pack.pairs) if at % step == 0 or pair.intent in talking]
    knowledge = open_knowledge(replace(pack, pairs=pairs, dialogues=[]), embedder, embedder)
    knowledge.partial = True
    return knowledge
