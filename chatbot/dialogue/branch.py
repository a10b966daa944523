"""What was said before a message, down its branch of the conversation, and how the replies there came about."""

from chatbot.records import ChatMessage, Message, Trace
from chatbot.store.conversations import Conversations


def exchanges_before(conversations: Conversations, question: Message) -> list[ChatMessage]:
    """What was said before a message, as complete exchanges."""
    messages: list[ChatMessage] = []
    for message in conversations.path(question.parent):
        if message.content:
            messages.append({"role": message.role, "content": message.content})
        elif messages:
            messages.pop()
    return messages


def traces_before(conversations: Conversations, question: Message) -> list[Trace]:
    """How the replies before a message came about, if all of that was stored with them."""
    replies = _replies(conversations, question.parent)
    traces = [reply.trace for reply in replies if reply.trace]
    return traces if len(traces) == len(replies) else []


def failures_in_a_row(conversations: Conversations, reply: Message, unknown: str) -> int:
    """How many replies in a row, one that does not know included, did not know; `unknown` is what the pack has said."""
    count = 1
    for message in reversed(_replies(conversations, reply.parent)):
        told = message.content.startswith(unknown)  # a client's history carries no traces
        if not (message.trace.act == "abstain" if message.trace else told):
            break
        count += 1
    return count


def _replies(conversations: Conversations, leaf: str | None) -> list[Message]:
    return [message for message in conversations.path(leaf) if message.role == "assistant"]
