"""What a version looks things up with: the index and the small talk under its retriever, and the router."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chatbot.knowledge.packs import Pack
from chatbot.knowledge.retrieval.embeddings import Embedder
from chatbot.knowledge.retrieval.index import KnowledgeIndex
from chatbot.knowledge.retrieval.questions import known_questions, unanswered_questions
from chatbot.knowledge.retrieval.spelling import Speller
from chatbot.knowledge.retrieval.vector_cache import used_whole
from chatbot.knowledge.rules.router import Router
from chatbot.knowledge.rules.talk import Talk
from chatbot.records import ApprovedAnswer

FINDS, ROUTES = "finds", "routes"
"""What vectors are kept for."""


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
    correct = Speller(pack).correct
    with used_whole(cache, pack.name, FINDS, retriever) as kept:
        index, talk = index_pack(pack, retriever, kept), Talk(retriever, pack, kept, correct)
    with used_whole(cache, pack.name, ROUTES, router) as kept:
        return Knowledge(index, Router(router, pack, kept, correct, taught), talk)


def renewed(pack: Pack, held: Knowledge, cache: Path | None = None) -> Knowledge:
    """Knowledge of another state of the pack, read by the same embedders."""
    return open_knowledge(pack, held.index.embedder, held.router.embedder, cache, held.router.taught)


def index_pack(pack: Pack, retriever: Embedder, cache: Path | None = None) -> KnowledgeIndex:
    """What is found in a pack, without the rules that say when nothing is looked up."""
    questions = known_questions(pack.pieces, pack.pairs, pack.dialogues)
    unanswered = unanswered_questions(pack.pairs)
    return KnowledgeIndex(retriever, pack.pieces, questions, cache, unanswered, Speller(pack).correct)
