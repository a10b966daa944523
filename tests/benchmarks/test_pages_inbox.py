"""What the inbox is measured with is what its own writers would have left."""

from pathlib import Path

from benchmarks.pages import PARTS
from benchmarks.pages_inbox import fill
from chatbot.store import open_store
from chatbot.store.cases import CaseFilter

MANY = 40


def test_conversations_are_written_as_the_store_writes_them(tmp_path: Path) -> None:
    store = open_store(tmp_path / "chatbot.db")
    words = fill(store, MANY)
    assert sum(store.cases.page(CaseFilter()).counts.values()) == MANY
    one = store.cases.page(CaseFilter(order="latest")).items[0]
    said = store.conversations.path(store.conversations.get(one.conversation).head)
    assert [message.role for message in said] == ["user", "assistant"] * 2
    assert one.conversation in {
        case.conversation for case in store.cases.page(CaseFilter(text=said[3].content.split()[0], limit=200)).items
    }
    everywhere = store.cases.page(CaseFilter(text=words[0], limit=200)).items
    assert len(everywhere) > MANY / 2
    assert store.figures.tallies("larkspur", "2020", "2100", "2100").whole.conversations == MANY
    assert "inbox" in PARTS
    store.close()
