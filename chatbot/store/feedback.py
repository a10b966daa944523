"""What people think of replies, and the answers that agents approved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from chatbot.errors import InputError
from chatbot.records import DISLIKE_REASONS, STAR_CRITERIA, ApprovedAnswer, Feedback, Person

LONGEST_TEXT = 8000


@dataclass(frozen=True)
class Lesson:
    """A rating or correction that could be learned from, and whether the conversation's owner consents to that."""

    feedback: Feedback
    conversation: str
    consent: bool


class FeedbackStore(Protocol):
    """The tables of feedback and approved answers."""

    def rate(
        self,
        message_id: str,
        person: Person,
        value: str,
        reasons: Sequence[str] | None = None,
        comment: str | None = None,
    ) -> None:
        """Like or dislike a reply; a second rating replaces the first."""
        ...

    def withdraw_rating(self, message_id: str, person: Person) -> None:
        """Take a like or dislike back."""
        ...

    def say_helped(self, message_id: str, person: Person, helped: bool) -> None:
        """Note whether the talk up to a reply was of help to the person who asked; a second word replaces the first."""
        ...

    def helped(self, person: Person, conversation_id: str) -> bool | None:
        """What a person said of a conversation last; None where they said nothing."""
        ...

    def add_stars(self, message_id: str, person: Person, stars: Mapping[str, int]) -> None:
        """Grade a reply from 1 to 5 on some of the criteria."""
        ...

    def correct(self, message_id: str, person: Person, correction: str) -> None:
        """Write what the reply should have been."""
        ...

    def withdraw_correction(self, message_id: str, person: Person) -> None:
        """Take back what one wrote that a reply should have been."""
        ...

    def approve(self, query: str, response: str, person: Person, message_id: str | None = None) -> ApprovedAnswer:
        """Use this answer from now on; replaces an earlier one approved from the same message.

        Raises `InputError` where the same person has one of the same message wait for a second look.
        """
        ...

    def propose(self, query: str, response: str, person: Person, message_id: str, asked: Person) -> ApprovedAnswer:
        """Have an answer wait for a second look, for which one of the staff is asked; it is not used before.

        Replaces an earlier one that waits from the same message; what is in use stays so.
        """
        ...

    def confirm_answer(self, answer_id: str, person: Person) -> ApprovedAnswer:
        """Use an answer that waits from now on, as `approve` does.

        Raises `AccessError` for whoever proposed it, and `NotFoundError` where it waits no more.
        """
        ...

    def waiting_answers(self) -> list[ApprovedAnswer]:
        """The answers that wait for a second look, the oldest first."""
        ...

    def withdraw_answer(self, answer_id: str, person: Person) -> None:
        """Stop using an approved answer, or take back one that waits."""
        ...

    def answers(self) -> list[ApprovedAnswer]:
        """The approved answers in use, the oldest first."""
        ...

    def on(self, message_id: str) -> list[Feedback]:
        """All feedback on one reply."""
        ...

    def ratings_by(self, person: Person, conversation_id: str) -> dict[str, str]:
        """A person's likes and dislikes in a conversation, by message id."""
        ...

    def counts(self) -> dict[tuple[str, str], int]:
        """How much feedback there is, by the version of the reply and the kind: like, dislike, stars, correction."""
        ...

    def lessons(self, pack: str) -> list[Lesson]:
        """Ratings and corrections in a pack's conversations, the oldest first; none of people who were deleted."""
        ...

    def given_since(self, pack: str, since: str) -> dict[tuple[str, bool], int]:
        """How many likes, dislikes and corrections a pack's conversations got after a moment, by kind and by whether
        the conversation's owner consents to learning from them; none of people who were deleted."""
        ...


def check_rating(value: str, reasons: Sequence[str]) -> None:
    """Raise `InputError` for what is neither a like nor a dislike, or has a reason that is not offered."""
    if value not in ("like", "dislike"):
        raise InputError(f"rating {value!r}: use 'like' or 'dislike'")
    unknown = [reason for reason in reasons if reason not in DISLIKE_REASONS]
    if unknown:
        raise InputError(f"reason {unknown[0]!r}: use one of {', '.join(DISLIKE_REASONS)}")


def check_stars(stars: Mapping[str, int]) -> None:
    """Raise `InputError` unless each criterion is known and has 1 to 5 stars."""
    if not stars:
        raise InputError(f"no stars were given: grade at least one of {', '.join(STAR_CRITERIA)}")
    for criterion, count in stars.items():
        if criterion not in STAR_CRITERIA:
            raise InputError(f"criterion {criterion!r}: use one of {', '.join(STAR_CRITERIA)}")
        if count not in range(1, 6):
            raise InputError(f"{criterion} = {count}: give 1 to 5 stars")


def stored_text(text: str | None) -> str | None:
    """A text as it is stored, without spaces around it; raises `InputError` where it is too long."""
    if text is not None and len(text) > LONGEST_TEXT:
        raise InputError(f"the text has {len(text):,} characters: {LONGEST_TEXT:,} fit")
    return text.strip() if text else None
