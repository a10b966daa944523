"""Rows of what consenting visitors and the staff made of replies.

A correction becomes a row to imitate and a preference (corrected over original); a like becomes a row to imitate;
likes and dislikes are kept unpaired as well, for objectives that learn from them. What an agent wrote to a visitor is a
reply like the bot's.
"""

from chatbot.dialogue.branch import exchanges
from chatbot.dialogue.quoting import unopened
from chatbot.knowledge.packs import Pack
from chatbot.records import ChatMessage, Message
from chatbot.store import Store
from chatbot.store.feedback import Lesson
from training.curation.examples import Collected, Example, RatedReply
from training.origins import OriginName


def add_feedback(pack: Pack, store: Store, collected: Collected) -> None:
    """Add what was thought of replies of this pack."""
    for lesson in store.feedback.lessons(pack.name):
        if not lesson.consent:
            collected.dropped["no consent"] += 1
            continue
        messages = _transcript(store, lesson.feedback.message)
        if messages is None:
            collected.dropped["incomplete reply"] += 1
        else:
            told = [ChatMessage(role=m["role"], content=unopened(m["content"], pack)) for m in messages]
            _take(lesson, told, collected)


def _take(lesson: Lesson, messages: list[ChatMessage], collected: Collected) -> None:
    given = lesson.feedback
    if given.kind == "correction":
        corrected = ChatMessage(role="assistant", content=given.correction or "")
        example = _example(lesson, [*messages[:-1], corrected], "correction", rejected=messages[-1]["content"])
        collected.examples.append(example)
        return
    liked = given.value == "like"
    collected.verdicts.append(
        RatedReply(messages, liked, given.message, given.person, lesson.conversation, given.reasons)
    )
    if liked:
        collected.examples.append(_example(lesson, messages, "like"))


def _example(lesson: Lesson, messages: list[ChatMessage], origin: OriginName, rejected: str | None = None) -> Example:
    given = lesson.feedback
    return Example(
        f"{origin}-{given.id}",
        messages,
        origin,
        lesson.conversation,
        message=given.message,
        person=given.person,
        role=given.role,
        rejected=rejected,
    )


def _transcript(store: Store, reply_id: str) -> list[ChatMessage] | None:
    path = store.conversations.path(reply_id)
    usable = path and path[-1].status in ("complete", "stopped") and all(message.content for message in path)
    if not usable or path[-1].role == "user":
        return None
    messages = exchanges(_without_overruled(path))
    alternating = all(message["role"] == ("user", "assistant")[i % 2] for i, message in enumerate(messages))
    return messages if alternating else None


def _without_overruled(path: list[Message]) -> list[Message]:
    """A path without what the bot said to the last question, where an agent then answered it."""
    if path[-1].role != "agent":
        return path
    asked = max((place for place, message in enumerate(path) if message.role == "user"), default=0)
    return [*path[: asked + 1], *(message for message in path[asked + 1 :] if message.role == "agent")]
