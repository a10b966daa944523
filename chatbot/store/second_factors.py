"""Second factors: codes from an app (TOTP, RFC 6238), and recovery codes for whoever lost it.

The secret is stored as it is, since each code is made of it; of recovery codes only digests are. No code counts twice.
"""

from typing import Protocol

from chatbot.records import Person

STEP_SECONDS = 30
RECOVERY_CODES = 10


class SecondFactors(Protocol):
    """What staff prove besides their password, if they have turned it on."""

    def propose(self, person: Person) -> str:
        """A new secret in base32, in force once a code of it was given; raises `InputError` where one is already."""
        ...

    def turn_on(self, person: Person, code: str) -> list[str]:
        """Begin to ask for codes; returns the recovery codes, this once. Raises `InputError` for a wrong code."""
        ...

    def is_on(self, person: Person) -> bool:
        """Whether signing in takes a code."""
        ...

    def recovery_codes_left(self, person: Person) -> int:
        """How many recovery codes were not used yet."""
        ...

    def check(self, person: Person, code: str) -> bool:
        """Whether a code or recovery code is right and was not used before; now it is."""
        ...

    def turn_off(self, person: Person, actor: str) -> None:
        """Ask for no codes any more, and forget the secret; raises `NotFoundError` where none was asked for."""
        ...
