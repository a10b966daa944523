"""A base that reads is taught reading beside the pack's rows; a small one that quotes is not."""

from dataclasses import replace

import pytest

from chatbot.dialogue.standalone import SYSTEM
from chatbot.knowledge.packs import Dialogue, Pack, PackMessage
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.knowledge.retrieval.index import KnowledgeIndex
from chatbot.records import Passage
from training.curation.reading import reading_rows, with_answer
from training.curation.sources.pack import from_pack

INDEX = KnowledgeIndex(HashedEmbedder(), [])
TALK = [
    PackMessage(role="user", content="How do I return a lamp?"),
    PackMessage(role="assistant", content="Within 30 days."),
    PackMessage(role="user", content="and the price?"),
    PackMessage(role="assistant", content="It costs £3.50."),
]


def test_every_pack_learns_to_read_from_other_domains(pack: Pack) -> None:
    rows = reading_rows(pack, from_pack(pack), INDEX)
    assert {row["messages"][0]["content"] for row in rows} >= {pack.persona.system}
    assert len(rows) > 100 and all(row["messages"][-1]["content"] for row in rows)
    read = [row for row in rows if row["id"].startswith("reading") and not row["id"].endswith("-meant")]
    assert all(row["messages"][-2]["content"].startswith("Facts:\n- ") for row in read)
    worded = [row for row in rows if row["id"].endswith("-meant")]
    assert len([row for row in read if len(row["messages"]) > 3]) == len(worded) > 100


def test_dialogues_teach_to_word_a_follow_up(pack: Pack) -> None:
    dialogue = Dialogue(messages=TALK, intent="x", source="returns", lookups=["What does returning a lamp cost?"])
    pack.dialogues.append(dialogue)
    rows = reading_rows(pack, from_pack(pack), INDEX)
    (row,) = [row for row in rows if row["id"].startswith("dialogue") and row["id"].endswith("-meant")]
    assert row["messages"][0]["content"] == SYSTEM
    assert row["messages"][-1]["content"] == "What does returning a lamp cost?"
    assert "Customer: and the price?" in row["messages"][1]["content"]


HELD = [
    Passage("p", "article", "Returns", "A return costs £3. Rugs are rolled. Glass is wrapped twice.", "returns.md:3")
]


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        ("You pay £3 for a return.", ["A return costs £3."]),
        ("We wrap it twice, as it is glass.", ["A return costs £3.", "Glass is wrapped twice."]),
    ],
)
def test_the_sentence_that_a_reply_rests_on_is_shown_once(reply: str, shown: list[str]) -> None:
    facts = [replace(HELD[0], text="A return costs £3.")]
    assert [fact.text for fact in with_answer(facts, HELD, reply)] == shown
