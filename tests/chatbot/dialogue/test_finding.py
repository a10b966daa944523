"""A change of an article tells which known questions find it no longer, and where a question leads."""

from pathlib import Path

from chatbot.dialogue.finding import MOST_ASKED, compare, known_of, lead_of
from chatbot.knowledge.editing.changed import changed_pack
from chatbot.knowledge.knowledge import index_pack
from chatbot.knowledge.packs import load_pack
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.settings import load_settings

CANDLES = "# Candles\n\nWe sell candles of beeswax in six colours.\n"


def test_questions_are_lost_with_an_article_and_gained_with_one(pack_folder: Path) -> None:
    pack = load_pack(pack_folder)
    now, without = (
        index_pack(one, HashedEmbedder()) for one in (pack, changed_pack(pack_folder, "articles/returns.md", None))
    )
    asked = known_of(pack, "returns")
    assert len(asked) == 12 and known_of(pack, "candles") == []
    gone = compare(now, without, "returns", asked)
    assert gone.known == 12 and gone.before > gone.after == 0 and len(gone.lost) == gone.before and not gone.gained
    back = compare(without, now, "returns", asked)
    assert back.gained == gone.lost and back.lost == []
    assert MOST_ASKED >= 12


def test_a_question_of_ones_own_leads_to_the_new_article(pack_folder: Path) -> None:
    settings = load_settings(pack=str(pack_folder), engine="scripted", min_score=0.3)
    now = index_pack(load_pack(pack_folder), HashedEmbedder())
    then = index_pack(changed_pack(pack_folder, "articles/candles.md", CANDLES), HashedEmbedder())
    before, after = (lead_of(settings, index, "do you sell candles of beeswax") for index in (now, then))
    assert not before.source.startswith("articles/candles.md") and not before.answers
    assert after.source == "articles/candles.md:3" and after.title == "Candles" and after.answers
