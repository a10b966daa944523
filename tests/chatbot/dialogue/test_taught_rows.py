"""The rows of a snapshot as the staff see them."""

from pathlib import Path

from chatbot.dialogue.prompt import build_prompt
from chatbot.dialogue.taught_rows import TaughtRow, taught_rows
from chatbot.records import ChatMessage, Passage
from chatbot.snapshot_folder import as_line, file_of

FACT = Passage("p", "article", "Returns", "A return costs £3.50.", "articles/returns.md:5")


def said(text: str) -> list[ChatMessage]:
    return [ChatMessage(role="assistant", content=text)]


def write_snapshot(folder: Path, **files: list[dict[str, object]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in files.items():
        file_of(folder, name).write_text("".join(map(as_line, rows)), encoding="utf-8")
    return folder


def test_rows_are_questions_with_replies_and_carry_no_facts(tmp_path: Path) -> None:
    asked = build_prompt("You help.", [], "what does it cost", [FACT], "What does a return cost?")
    folder = write_snapshot(
        tmp_path,
        train=[
            {"id": "c-1", "asked": "Cost?", "origin": "correction", "group": "chat", "messages": asked + said("£3.50.")}
        ],
        validation=[{"id": "v-1", "asked": "Held out?", "origin": "pair", "messages": asked + said("No")}],
        reading=[{"id": "reading-0", "intent": "", "messages": asked + said("It costs £3.50.")}],
        preferences=[{"id": "c-1", "prompt": asked, "chosen": said("£3.50."), "rejected": said("It is free.")}],
        unpaired=[{"group": "other", "prompt": asked, "completion": said("Free!"), "label": False, "reasons": []}],
    )
    assert taught_rows(folder) == [
        TaughtRow("c-1", "imitate", "Cost?", "£3.50.", "correction", "chat", "It is free."),
        TaughtRow("unpaired-0", "dislike", "what does it cost", "Free!", "rating", "other"),
    ]
