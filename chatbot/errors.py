"""The errors that a person can mend: each says what is wrong, which value, and what to do.

Only the command line, the API and the pages catch them. A `UserError` never means a bug of ours.
"""

from collections.abc import Sequence


class UserError(Exception):
    """Something a person can put right; its text is fit to be shown as it stands."""


class SettingsError(UserError):
    """A setting is missing, unknown or out of range; all faults stand in one message."""


class PackError(UserError):
    """A domain pack is not in the documented format; every fault stands with its file and line."""

    def __init__(self, text: str, faults: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.faults = list(faults) or [text]


class WeightsError(UserError):
    """Model weights cannot be had or are not the ones expected."""


class InputError(UserError):
    """A message, rating or correction that cannot be accepted as it is."""


class LastOperatorError(InputError):
    """The change would leave nobody who can operate."""


class NotFoundError(UserError):
    """The named conversation, message, person, run, snapshot or version does not exist."""


class BusyError(UserError):
    """The thing asked for is already under way, or no place is free; `retry_after` says in how many seconds to ask."""

    def __init__(self, text: str, retry_after: int | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class CaseHeldError(UserError):
    """Another agent holds the case; `holder` is their name."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"{holder} holds this case: have them hand it over, or claim it over")
        self.holder = holder


class ChangedMeanwhileError(UserError):
    """Somebody else saved what is being saved, after it was opened here."""


class AccessError(UserError):
    """The person is not allowed to do this."""


class EngineError(UserError):
    """The engine could not load a model or write a reply."""


class TrainingError(UserError):
    """A snapshot or recipe from which nothing can be learned."""
