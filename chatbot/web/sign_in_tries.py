"""How often somebody may try to sign in: by the name that they give, whether or not it exists, and by their address.

Each failure in a row makes the next pause longer, up to five minutes. Where a name was signed in before, tries from
elsewhere are not counted: a stranger who guesses at it keeps nobody out of the place where they always sign in.
"""

import unicodedata

from chatbot.errors import BusyError
from chatbot.rates import Rate, spoken
from chatbot.store import Store
from chatbot.store.rates import Backoff, Counted, Rates
from chatbot.web.addresses import Connection, address_of

ADDRESS_RATE = Rate(10, 60)
NAME_RATE = Rate(5, 60)
"""Of tries from where the name was signed in before, and of those from elsewhere: ten together."""
FREE_FAILURES = 5
FIRST_PAUSE = 5.0
LONGEST_PAUSE = 300.0
FORGOTTEN_SECONDS = 12 * 3600.0
KNOWN_SECONDS = 90 * 24 * 3600.0


class SignInTry:
    """One try, which counts as failed until it has succeeded; raises `BusyError` where it may not be made yet."""

    def __init__(self, rates: Rates, request: Connection, name: str) -> None:
        self._rates = rates
        address = address_of(request)
        account = unicodedata.normalize("NFKC", name).strip().casefold()
        self._place = f"signed in from {address} as {account}"
        known = rates.remembers(self._place)
        failures = f"{self._place}, failed" if known else f"failed elsewhere as {account}"
        self._backoff = Backoff(failures, FREE_FAILURES, FIRST_PAUSE, LONGEST_PAUSE, FORGOTTEN_SECONDS)
        tries = f"tries as {account} from {'known places' if known else 'elsewhere'}"
        by_address = Counted(f"tries from {address}", ADDRESS_RATE)
        refusal = rates.take([by_address, Counted(tries, NAME_RATE)], self._backoff)
        if refusal:
            whose = "from your address" if refusal.what == by_address.what else "for this name"
            raise BusyError(
                f"Too many attempts {whose}. Try again in {spoken(refusal.seconds)}.", retry_after=refusal.seconds
            )

    def succeeded(self) -> None:
        """The password was right: forget the failures, and know this place."""
        self._rates.forgive(self._backoff)
        self._rates.remember(self._place, KNOWN_SECONDS)


def record_failure(store: Store, name: str) -> None:
    """Record that somebody did not get in; of a name that nobody has it is not said, since it may be a password."""
    known = any(person.name == name for person in store.people.staff())
    store.events.add("stranger", "sign_in_failed", name if known else "")
