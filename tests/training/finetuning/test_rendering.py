"""Training and serving show the model the same text for the same question."""

from collections.abc import Sequence

from chatbot.dialogue.turn import prepare_turn
from chatbot.engines.base_model import BaseModel, encode_chat
from chatbot.engines.scripted import ScriptedEngine
from chatbot.knowledge.knowledge import Knowledge
from chatbot.knowledge.packs import Pack
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.knowledge.retrieval.index import KnowledgeIndex
from chatbot.records import ChatMessage
from chatbot.settings import Settings
from chatbot.store import Store
from training.curation.snapshots import curate, freeze
from training.finetuning.encoding import encode_rows


class Counting(ScriptedEngine):
    """Counts tokens as the base model does."""

    def __init__(self, base: BaseModel) -> None:
        super().__init__()
        self._tokenizer = base.tokenizer

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        return len(encode_chat(self._tokenizer, messages))


def test_a_rows_prompt_is_the_prompt_of_serving(
    pack: Pack, store: Store, knowledge: Knowledge, settings: Settings, tiny_base: BaseModel
) -> None:
    """Without known questions: they help a visitor's question and are left out of the row that they came from."""
    knowledge = Knowledge(KnowledgeIndex(HashedEmbedder(), pack.pieces), knowledge.router, knowledge.talk)
    curated = curate(pack, store)
    snapshot = freeze(curated, pack, knowledge, settings, store, "operator:o")
    rows = snapshot.rows("train")
    encoded = {row.id: row for row in encode_rows(tiny_base, rows, 1024).rows}
    with_history = 0
    for example, row in zip(curated.train, rows, strict=True):
        history, question = example.messages[:-2], example.question
        with_history += bool(history)
        turn = prepare_turn(
            settings,
            pack,
            knowledge,
            Counting(tiny_base),
            history,
            question,
        )
        assert row["messages"][:-1] == turn.prompt
        served = encode_chat(tiny_base.tokenizer, turn.prompt)
        assert encoded[example.id].ids[: encoded[example.id].prompt] == served
    assert with_history > 0
