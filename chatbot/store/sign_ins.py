"""Sign-ins: in which browsers somebody of the staff is signed in; only a digest of what their cookie says is stored.

A sign-in that waits for its second factor is a row as well, so that whatever ends the others ends it too.
"""

from typing import Protocol

from chatbot.records import Person, SignIn

SIGN_IN_SECONDS = 12 * 3600
WAITING_SECONDS = 5 * 60
MOST_WRONG_CODES = 5


class SignIns(Protocol):
    """The table of sign-ins."""

    def begin(self, person: Person, address: str, browser: str, waiting: bool = False) -> str:
        """Sign somebody in and return the token by which the browser is known, this once.

        Raises `AccessError` where the account was changed since `person` was read: removed, disabled, another password.
        """
        ...

    def find(self, token: str) -> SignIn | None:
        """The sign-in of this token, unless it has ended or waits for its second factor."""
        ...

    def waiting(self, token: str) -> SignIn | None:
        """The sign-in of this token that waits for its second factor, some minutes long."""
        ...

    def missed(self, sign_in: SignIn) -> None:
        """Count a wrong code; after some of them the sign-in begins anew with the password."""
        ...

    def of(self, person: Person) -> list[SignIn]:
        """Where somebody is signed in, the latest seen first."""
        ...

    def end(self, person: Person, sign_in_id: str) -> None:
        """End one of somebody's own sign-ins; raises `NotFoundError` where they have none of this id."""
        ...

    def end_all(self, person: Person, but: str | None = None) -> int:
        """End all sign-ins of somebody, but for that of one id; returns how many were ended."""
        ...
