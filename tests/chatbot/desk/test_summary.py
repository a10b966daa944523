"""A summary is made of what was stored: questions, how replies begin and what they did, titles with the used first."""

from chatbot.desk.summary import summary_of
from chatbot.records import FoundPassage, Message, Trace


def passage(title: str, used: bool) -> FoundPassage:
    return {
        "id": title,
        "kind": "article",
        "title": title,
        "text": "",
        "source": "",
        "query": "",
        "score": 1,
        "used": used,
    }


def said(role: str, content: str, trace: Trace | None = None) -> Message:
    return Message(content, "c", None, role, content, "complete", "2026", trace)  # type: ignore[arg-type]


def test_the_summary_of_a_conversation_that_was_handed_over() -> None:
    first = Trace(passages=[passage("Delivery", used=False), passage("Returns", used=True)])
    last = Trace(act="handoff", rule="person", handoff="asked for a person")
    summary = summary_of(
        [
            said("user", "How long?"),
            said("assistant", "30 days. More follows.", first),
            said("user", "x" * 500),
            said("agent", "Hello"),
            said("assistant", "", Trace()),
            said("assistant", "A colleague comes.", last),
        ]
    )
    assert summary.asked[0] == "How long?" and len(summary.asked[1]) == 240
    assert [(one.begins, one.act, one.rule, one.handoff) for one in summary.tried] == [
        ("30 days.", "answer", "", ""),
        ("A colleague comes.", "handoff", "person", "asked for a person"),
    ]
    assert summary.found == ["Returns", "Delivery"]
