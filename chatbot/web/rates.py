"""How often one person may do what: by their cookie or key, and by their address whatever cookie they show or drop.

A cookie costs nothing, so an address has a rate of its own: that of the people who may stand behind it.
"""

from collections.abc import Mapping
from typing import Protocol

from chatbot.errors import BusyError
from chatbot.rates import Rate, spoken
from chatbot.records import ApiKey
from chatbot.settings import Settings
from chatbot.store.rates import Counted
from chatbot.web.access import Access
from chatbot.web.addresses import Connection, address_of


class Asker(Connection, Protocol):
    """A request with the cookies that say whose it is."""

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies by their names."""
        ...


class RateLimits:
    """Counts what people do; raises `BusyError` for what would be more than they may."""

    def __init__(self, settings: Settings, access: Access) -> None:
        self._settings = settings
        self._access = access

    def message(self, asker: Asker) -> None:
        """One more message on the chat page."""
        self._person("messages", self._settings.message_rate, asker)

    def feedback(self, asker: Asker) -> None:
        """One more rating, or change of what may be learned from."""
        self._person("ratings", self._settings.feedback_rate, asker)

    def upload(self, asker: Asker) -> None:
        """One more file on the chat page."""
        self._person("files", self._settings.upload_rate, asker)

    def typing(self, asker: Asker) -> None:
        """The visitor types on."""
        self._person("signs of typing", self._settings.typing_rate, asker)

    def api(self, asker: Asker, key: ApiKey | None) -> None:
        """One more request to `/v1`."""
        rate, visitor = self._settings.api_rate, self._access.visitor_id(asker.cookies)
        if key:
            self._take("requests", {"this key": Counted(f"requests of key {key.name}", rate)})
            return
        counted = {"your address": Counted(f"requests from {address_of(asker)}", rate)}
        if visitor:
            counted["you"] = Counted(f"requests of visitor {visitor}", rate)
        self._take("requests", counted)

    def _person(self, things: str, rate: Rate, asker: Asker) -> None:
        address = address_of(asker)
        staff = self._access.staff(asker.cookies)
        known = staff.id if staff else self._access.visitor_id(asker.cookies)
        own = f"{things} of {known}" if known else f"{things} of strangers at {address}"
        everybody = Counted(f"{things} from {address}", rate.times(self._settings.people_per_address))
        self._take(things, {"you": Counted(own, rate), "your address": everybody})

    def _take(self, things: str, counted: Mapping[str, Counted]) -> None:
        refusal = self._access.store.rates.take(list(counted.values()))
        if refusal is None:
            return
        whose, rate = next((whose, one.rate) for whose, one in counted.items() if one.what == refusal.what)
        raise BusyError(
            f"more than {rate.of(things)} from {whose}: try again in {spoken(refusal.seconds)}",
            retry_after=refusal.seconds,
        )
