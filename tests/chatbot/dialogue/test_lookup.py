"""What is looked up for a message, after a talk and with several questions in it."""

from dataclasses import replace
from pathlib import Path

from chatbot.dialogue.lookup import Asked, facts_for, look_up, search_queries, topic_of
from chatbot.knowledge.packs import load_pack
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.knowledge.retrieval.index import KnowledgeIndex
from chatbot.records import ChatMessage, Trace


def test_a_follow_up_is_asked_with_what_it_is_about_and_never_with_the_last_reply(pack_folder: Path) -> None:
    index = KnowledgeIndex(HashedEmbedder(), load_pack(pack_folder).pieces)
    reply, question = "A lamp can be returned within 30 days of delivery.", "and the price?"
    history: list[ChatMessage] = [
        {"role": "user", "content": "how long may I return a lamp"},
        {"role": "assistant", "content": reply},
    ]
    asked, topic = history[0]["content"], topic_of(index, history)
    together = f"{asked}\n{question}"
    assert search_queries(Asked(question, history, topic=topic)) == [
        question,
        together,
        (together, f"Returns\n{question}"),
    ]
    assert search_queries(Asked(question, history, "What does a lamp cost?"))[2] == (together, "What does a lamp cost?")
    assert search_queries(Asked(question)) == [question]
    ending = search_queries(Asked("word " * 90 + question))[1]
    assert isinstance(ending, str) and ending.endswith(question)


def test_the_topic_of_a_talk_is_what_a_reply_rested_on_or_whose_words_it_has(pack_folder: Path) -> None:
    index = KnowledgeIndex(HashedEmbedder(), load_pack(pack_folder).pieces)
    said = ["A lamp can be returned within 30 days of delivery.", "Sorry, no idea, colleague?", "Fine."]
    history = [ChatMessage(role="assistant", content=reply) for reply in said]
    assert topic_of(index, history) == "Returns"
    delivery = next(found for found in index.search(["delivery cost"], 4) if index.title(found.id) == "Delivery")
    gone = replace(delivery, id="gone")
    traces = [Trace(), Trace(passages=[gone.as_found(used=True), delivery.as_found(used=True)])]
    assert topic_of(index, history, [*traces, Trace(passages=[delivery.as_found(used=False)])]) == "Delivery"
    assert topic_of(index, history, [Trace()]) == "Returns"


def test_several_questions_are_looked_up_each_by_itself(pack_folder: Path) -> None:
    index = KnowledgeIndex(HashedEmbedder(), load_pack(pack_folder).pieces)
    asked = Asked("How long may I return a lamp and what does delivery to Germany cost?")
    first, second = asked.questions()
    assert (first.together, second.together) == ("", f"{first.message}\n{second.message}")
    found = look_up(index, asked, 2, each=True).passages
    assert {found[0].id, found[1].id} == {look_up(index, one, 1, each=True).passages[0].id for one in (first, second)}
    text = " ".join(passage.text for passage in facts_for(index, asked, found))
    assert "returned within" in text and "Germany" in text
