"""What the pages of signing in say: whose chatbot it is, and where one is going."""

from typing import TypedDict

from chatbot.web.pages import ACCOUNT, OPERATE

NAMES = {OPERATE: "Operate", ACCOUNT: "your account"}
"""Of the pages beside the inbox."""


class Whose(TypedDict):
    """What the templates are filled in with; `first` is whether nobody can sign in yet."""

    title: str
    next: str
    to: str
    first: bool


def whose(title: str, target: str, first: bool = False) -> Whose:
    """For a page that leads to a `target` of the staff's."""
    path = target.partition("?")[0]
    to = next((name for page, name in NAMES.items() if page.holds(path)), "the inbox")
    return Whose(title=title, next=target, to=to, first=first)
