"""What a version looks things up with: the index and the small talk under its retriever, and the router."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chatbot.knowledge.packs import Pack
from chatbot.knowledge.retrieval.embeddings import Embedder
from chatbot.knowledge.retrieval.index import KnowledgeIndex
from chatbot.knowledge.retrieval.questions import known_questions, unanswered_questions
from chatbot.knowledge.retrieval.spelling import Speller
from chatbot.knowledge.rules.router import Router
from chatbot.knowledge.rules.talk import Talk
from chatbot.records import ApprovedAnswer


@dataclass
class Knowledge:
    """A pack, ready to be asked."""

    index: KnowledgeIndex
    router: Router
    talk: Talk

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
