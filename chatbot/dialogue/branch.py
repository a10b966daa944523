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
    return as_exchanges(messages) if any(message.held or message.role == "agent" for message in path) else messages


def as_exchanges(said: Sequence[ChatMessage]) -> list[ChatMessage]:
    """A talk in which people took part: what an agent said is the assistant's, several messages in a row are one.

    What nobody has answered yet is left out.
    """
    messages: list[ChatMessage] = []
    for one in said:
        role = "user" if one["role"] == "user" else "assistant"
        if messages and messages[-1]["role"] == role:
            messages[-1] = {"role": role, "content": f"{messages[-1]['content']}\n\n{one['content']}"}
        else:
            messages.append({"role": role, "content": one["content"]})
    return messages[:-1] if messages and messages[-1]["role"] == "user" else messages


def traces(path: Sequence[Message]) -> list[Trace]:
    """How the replies on a path came about, if all of that was stored with them and an agent had not the last word."""
    replies = _replies(path)
    stored = [reply.trace for reply in replies if reply.trace]
    by_agents = [reply for reply in replies if reply.role == "agent"]
    whole = len(stored) == len(replies) - len(by_agents) and replies[-1:] != by_agents[-1:]
    return stored if whole else []


def failures_in_a_row(path: Sequence[Message], unknown: str) -> int:
    """How many replies in a row did not know, with one more after the path; `unknown` is what the pack has said.

    What an agent said ends the row.
    """
    count = 1
    for message in reversed(_replies(path)):
        told = message.content.startswith(unknown)  # a client's history carries no traces
        if not (message.trace.act == "abstain" if message.trace else told):
            break
        count += 1
    return count


def _replies(path: Sequence[Message]) -> list[Message]:
    return [message for message in path if message.role != "user"]
