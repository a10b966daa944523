"""What the inbox's API reads."""

from typing import Literal

from pydantic import Field

from chatbot.web.bodies import Body


class Claim(Body):
    """`over` takes a case from whoever holds it."""

    over: bool = False


class HandBack(Body):
    """A note for the colleagues who come after."""

    note: str = ""


class Requeue(Body):
    """Since when the visitor has waited; from now on where it is not given."""

    since: str | None = None


class Look(Body):
    """The page that has a case on view, by the name under which it follows `/review/events`."""

    page: str = Field(max_length=40)


class Transfer(Body):
    """Whom a case is given to, by id or name, with a note for them."""

    to: str
    note: str = ""


class Words(Body):
    """What an agent says to the visitor, or writes for colleagues."""

    text: str


class LabelText(Body):
    """A label."""

    label: str


class ContactText(Body):
    """The address at which the visitor wants to be answered."""

    contact: str


class Rating(Body):
    """A like or dislike; none takes it back."""

    value: Literal["like", "dislike"] | None = None
    reasons: list[str] = Field(default_factory=list)
    comment: str = ""


class Stars(Body):
    """Grades from 1 to 5 by criterion."""

    stars: dict[str, int]


class Proposal(Body):
    """An answer that is to be used once a colleague, named by id, has looked at it too."""

    question: str
    answer: str
    colleague: str


class Approval(Body):
    """An answer that is to be used from now on, and the question by which it is found."""

    question: str
    answer: str
