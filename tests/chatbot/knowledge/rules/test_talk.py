"""Small talk in the words of a pack's rows, where facts are quoted; in the model's elsewhere."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.knowledge.packs import load_pack
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.knowledge.rules.talk import Talk
from chatbot.records import Person
from tests.chatbot.conftest import OpenChat, last

MOODS = {"how are you": "I'm well, thank you!", "what is your name": "I have no name, I'm a chat assistant."}


@pytest.fixture
def talkative(pack_folder: Path) -> Path:
    (pack_folder / "rules").mkdir()
    examples = [f"{asked}{end}" for asked in MOODS for end in ("", " today", " friend", " really")]
    rule = f'action = "chat"\nexamples = {examples!r}'
    (pack_folder / "rules" / "mood.toml").write_text(rule, encoding="utf-8")
    with (pack_folder / "pairs.jsonl").open("a", encoding="utf-8") as pairs:
        for asked, reply in MOODS.items():
            row = {"query": asked, "response": reply, "intent": "mood", "source": "persona"}
            pairs.write(json.dumps(row) + "\n")
    return pack_folder


def test_the_reply_of_the_nearest_row_is_said(talkative: Path, open_chat: OpenChat, visitor: Person) -> None:
    chat = open_chat(replies="quote")
    for asked, reply in MOODS.items():
        said = last(chat.say(visitor, f"{asked} then, friend"))
        assert (said.text, said.trace.act, said.trace.rule, said.trace.check) == (reply, "chat", "mood", "quoted")


def test_a_model_that_writes_talks_for_itself(talkative: Path, open_chat: OpenChat, visitor: Person) -> None:
    said = last(open_chat(replies="write").say(visitor, "how are you today"))
    assert (said.trace.rule, said.trace.check) == ("mood", "passed") and said.text not in MOODS.values()


def test_where_no_row_talks_the_model_does(talkative: Path, open_chat: OpenChat, visitor: Person) -> None:
    pairs = [
        line for line in (talkative / "pairs.jsonl").read_text(encoding="utf-8").splitlines() if "mood" not in line
    ]
    (talkative / "pairs.jsonl").write_text("\n".join(pairs) + "\n", encoding="utf-8")
    said = last(open_chat(replies="quote").say(visitor, "how are you today"))
    assert (said.trace.rule, said.trace.check) == ("mood", "passed")


def test_a_reply_is_found_by_what_was_asked_and_only_of_rules_that_talk(talkative: Path) -> None:
    pack = load_pack(talkative)
    talk = Talk(HashedEmbedder(), pack, correct=lambda text: text.replace("nmae", "name"))
    (mood,) = pack.rules
    assert talk.reply(mood, "your nmae?") == MOODS["what is your name"]
    assert talk.reply(mood.model_copy(update={"name": "other"}), "your name?") == ""
    silent = [mood.model_copy(update={"message": "Hello!"})]
    assert Talk(HashedEmbedder(), replace(pack, rules=silent)).reply(silent[0], "your name?") == ""
