"""What a rule does with a message that falls under it: one entry of `ACTIONS` for each action.

A pack's rules name an action; the router, the turn and training ask the entry what it does. docs/packs.md lists them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator

from chatbot.records import Act

Step = Literal["say", "talk", "look up"]
Choose = Callable[[bool, bool], Step]


@dataclass(frozen=True)
class Action:
    """What becomes of a message: `step` chooses, told whether the rule has a message and whether the talk goes on.

    `say` is the rule's message, `talk` a reply without passages, `look up` a reply like any other's.
    """

    name: str
    act: Act
    step: Choose
    description: str
    grave: bool = False  # a part of a long message is enough for it
    fetches: bool = False  # gives the conversation to a person
    asks: bool = False  # what says little by itself falls under it
    talks: bool = False  # needs no message of its own
    tone: bool = False  # said before the answer to a message, whatever rule that falls under


def _say(has_message: bool, follows: bool) -> Step:
    return "say"


def _chat(has_message: bool, follows: bool) -> Step:
    return "say" if has_message else "talk"


def _ask(has_message: bool, follows: bool) -> Step:
    """Whoever goes on in a talk is not asked what they mean."""
    return "look up" if follows else _chat(has_message, follows)


def _look_up(has_message: bool, follows: bool) -> Step:
    return "look up"


TALK = (
    "the message is said; without one, and without passages, the reply of the pair of that intent whose query is "
    "nearest, or the model's own words where there is no such pair or the model writes its replies (`replies`)"
)
ACTIONS = {
    action.name: action
    for action in (
        Action(
            "handoff",
            "handoff",
            _say,
            "the message is said and the conversation goes to a person",
            grave=True,
            fetches=True,
        ),
        Action("refuse", "refuse", _say, "the message is said; a part of a long message is enough for it", grave=True),
        Action("decline", "decline", _say, "the message is said"),
        Action(
            "ask",
            "ask",
            _ask,
            f"{TALK}; later in a conversation the articles answer all the same",
            asks=True,
            talks=True,
        ),
        Action("chat", "chat", _chat, TALK, talks=True),
        Action(
            "acknowledge",
            "answer",
            _look_up,
            "the message is said, once in a conversation, and the articles answer after it: a word of regret for "
            "somebody who is upset; not where the bot does not know. Where the model writes its own replies "
            "(`replies`), their tone is left to it",
            tone=True,
        ),
    )
}


def known_action(name: str) -> str:
    """The name of an action; raises `ValueError` for any other."""
    if name not in ACTIONS:
        raise ValueError(f"it must be one of {', '.join(ACTIONS)}, not {name!r}")
    return name


ActionName = Annotated[str, AfterValidator(known_action)]
