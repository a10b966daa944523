"""What was said before a message, down its branch of the conversation, and how the replies there came about."""

from collections.abc import Sequence

from chatbot.records import ChatMessage, Message, Trace


def exchanges(path: Sequence[Message]) -> list[ChatMessage]:
    """What was said on a path, as complete exchanges."""
    messages: list[ChatMessage] = []
    for message in path:
        if message.content:
            messages.append({"role": message.role, "content": message.content})
        elif messages:
            messages.pop()
    return messages


def traces(path: Sequence[Message]) -> list[Trace]:
    """How the replies on a path came about, if all of that was stored with them."""
    replies = _replies(path)
    stored = [reply.trace for reply in replies if reply.trace]
    return stored if len(stored) == len(replies) else []


def failures_in_a_row(path: Sequence[Message], unknown: str) -> int:
    """How many replies in a row did not know, with one more after the path; `unknown` is what the pack has said."""
    count = 1
    for message in reversed(_replies(path)):
        told = message.content.startswith(unknown)  # a client's history carries no traces
        if not (message.trace.act == "abstain" if message.trace else told):
            break
        count += 1
    return count


def _replies(path: Sequence[Message]) -> list[Message]:
    return [message for message in path if message.role == "assistant"]
