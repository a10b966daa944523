"""A base that reads is taught reading beside the pack's rows; a small one that quotes is not."""

from chatbot.dialogue.standalone import SYSTEM
from chatbot.knowledge.embeddings import HashedEmbedder
from chatbot.knowledge.index import KnowledgeIndex
from chatbot.knowledge.packs import Dialogue, Pack
from training.curation.collecting import from_pack
from training.curation.reading import reading_rows

INDEX = KnowledgeIndex(HashedEmbedder(), [])
TALK = [
    {"role": "user", "content": "How do I return a lamp?"},
    {"role": "assistant", "content": "Within 30 days."},
    {"role": "user", "content": "and the price?"},
    {"role": "assistant", "content": "It costs £3.50."},
]


def test_every_pack_learns_to_read_from_other_domains(pack: Pack) -> None:
    rows = reading_rows(pack, from_pack(pack), INDEX)
    assert {row["messages"][0]["content"] for row in rows} >= {pack.persona.system}
    assert len(rows) > 100 and all(row["messages"][-1]["content"] for row in rows)
    assert all(
        row["messages"][1]["content"].startswith("Facts:\n- ") for row in rows if row["id"].startswith("reading")
    )


def test_dialogues_teach_to_word_a_follow_up(pack: Pack) -> None:
    dialogue = Dialogue(messages=TALK, intent="x", source="returns", lookups=["What does returning a lamp cost?"])
    pack.dialogues.append(dialogue)
    (row,) = [row for row in reading_rows(pack, from_pack(pack), INDEX) if row["id"].endswith("-meant")]
    assert row["messages"][0]["content"] == SYSTEM
    assert row["messages"][-1]["content"] == "What does returning a lamp cost?"
    assert "Customer: and the price?" in row["messages"][1]["content"]
