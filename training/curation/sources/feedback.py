"""Rows of what consenting visitors and the staff made of replies.

A correction becomes a row to imitate and a preference (corrected over original); a like becomes a row to imitate;
likes and dislikes are kept unpaired as well, for objectives that learn from them. What an agent wrote and likes is
such a row too.
"""

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
            continue
        knew = _knew(store, lesson)
        if _shows_files(store, lesson):
            collected.dropped["after a file"] += 1
        elif knew and lesson.feedback.kind == "rating":
            collected.dropped["knew the visitor"] += 1
        else:
            told = [ChatMessage(role=m["role"], content=unopened(m["content"], pack)) for m in messages]
            _take(lesson, told, collected, knew)


def _knew(store: Store, lesson: Lesson) -> bool:
    """Whether a reply was written with what is remembered of the visitor, whom it may name as no row explains."""
    trace = store.conversations.message(lesson.feedback.message).trace
    return trace is not None and bool(trace.known)


def _shows_files(store: Store, lesson: Lesson) -> bool:
    """Whether a file was sent before a reply, which then may rest on what no row shows."""
    sent = store.uploads.sent_in(lesson.conversation)
    return bool(sent) and any(message.id in sent for message in store.conversations.path(lesson.feedback.message))


def _take(lesson: Lesson, messages: list[ChatMessage], collected: Collected, knew: bool) -> None:
    given = lesson.feedback
    if given.kind == "correction":
        corrected = ChatMessage(role="assistant", content=given.correction or "")
        rejected = None if knew else messages[-1]["content"]
        collected.examples.append(_example(lesson, [*messages[:-1], corrected], "correction", rejected))
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
    """What was said up to a reply, in turns; what an agent said stands in place of the bot's handing over."""
    path = store.conversations.path(reply_id)
    if not path or path[-1].status not in ("complete", "stopped") or not all(message.content for message in path):
        return None
    *before, reply = [ChatMessage(role=_speaker(message), content=message.content) for message in path]
    turns: list[ChatMessage] = []
    for said in before:
        earlier = turns.pop() if turns and turns[-1]["role"] == said["role"] else None
        if earlier and said["role"] == "user":
            said = ChatMessage(role="user", content=f"{earlier['content']}\n\n{said['content']}")
        turns.append(said)
    turns = turns[:-1] if turns and turns[-1]["role"] == "assistant" else turns
    return [*turns, reply] if turns and turns[0]["role"] == "user" and reply["role"] == "assistant" else None


def _speaker(message: Message) -> str:
    return "user" if message.role == "user" else "assistant"
