"""The bases that an operator may fine-tune: the one that answers, and the packaged ones that this machine can hold."""

from dataclasses import dataclass

from chatbot.bases import GB, base_reads, memory_limit
from chatbot.engines.base_model import is_here
from chatbot.errors import InputError
from chatbot.settings import Settings
from chatbot.weights import CATALOGUE, PackagedBase
from training.runs.wish import Wish


@dataclass(frozen=True)
class BaseOffer:
    """A base with what it needs; `recipe` is usual for it, `missing` says what it does not have.

    Of one that is not packaged it is not known what it needs.
    """

    name: str
    memory_gb: float | None
    disk_gb: float | None
    licence: str
    reads: bool
    installed: bool
    recipe: str
    missing: str


def bases_here(settings: Settings) -> list[BaseOffer]:
    """The base that answers first, then the packaged ones; looks at every part of them, which takes its time."""
    return [_offer(name, settings) for name in _names(settings)]


def check_base(settings: Settings, name: str) -> None:
    """Raise `InputError` for a base that is not offered, or that cannot be fine-tuned here."""
    if name not in _names(settings):
        raise InputError(f"base {name!r} is not offered here: `python -m training cycle --base` takes any")
    if missing := _offer(name, settings).missing:
        raise InputError(f"base {name!r} {missing}")


def _names(settings: Settings) -> list[str]:
    return list(dict.fromkeys([str(settings.base_model), *CATALOGUE]))


def _offer(name: str, settings: Settings) -> BaseOffer:
    recipe, packaged = Wish(base=name).filled(settings).recipe, CATALOGUE.get(name)
    if packaged is None:
        return BaseOffer(name, None, None, "", base_reads(name), True, recipe, "")
    installed = name == settings.base_model or is_here(packaged, settings.home)
    missing = "" if name == settings.base_model else _missing(packaged, installed, settings)
    needs = (packaged.memory_gb, packaged.disk_gb, packaged.licence)
    return BaseOffer(name, *needs, packaged.reads, installed, recipe, missing)


def _missing(base: PackagedBase, installed: bool, settings: Settings) -> str:
    memory = memory_limit()
    if settings.engine == "remote":
        return "is not the one that the servers of remote_urls hold"
    if memory < base.memory_gb * GB:
        return f"needs {base.memory_gb:g} GB of memory, and this machine has {memory / GB:.1f} GB"
    return "" if installed else f"is not installed: run `python -m chatbot base install {base.name}`"
