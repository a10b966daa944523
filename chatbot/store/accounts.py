"""Accounts of agents and operators: what changes them, and with that ends all their sign-ins at once.

The last operator who can sign in is not removed, disabled or made an agent unless `even_last` says so: that is a
`LastOperatorError`.
"""

from collections.abc import Sequence
from typing import Protocol

from chatbot.records import Person, Role


class Accounts(Protocol):
    """The people of the staff, as accounts; `actor` is who changes one, as events name them."""

    def named(self, name: str) -> Person:
        """The agent or operator of this name; raises `NotFoundError`."""
        ...

    def set_password(self, person: Person, password: str, actor: str, words: Sequence[str] = ()) -> Person:
        """Give somebody another password; raises `InputError` as for a new account, or where they cannot have one."""
        ...

    def set_role(self, person: Person, role: Role, actor: str, even_last: bool = False) -> Person:
        """Make an operator of an agent, or the other way round."""
        ...

    def disable(self, person: Person, actor: str, even_last: bool = False) -> Person:
        """Let somebody not sign in until they are enabled again."""
        ...

    def enable(self, person: Person, actor: str) -> Person:
        """Let somebody sign in again."""
        ...

    def remove(self, person: Person, actor: str, even_last: bool = False) -> None:
        """Delete an account; what they rated and approved stays, their name is free again."""
        ...

    def from_provider(self, issuer: str, subject: str, name: str, role: Role) -> Person:
        """The account of somebody whom an OpenID provider vouches for, made at first use, with the role it says.

        Raises `AccessError` where it is disabled. A name that is taken gets a number.
        """
        ...
