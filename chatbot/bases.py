"""Which packaged base model suits this machine: by the memory that a process may take, and the processor's cores.

`base_model = auto` is resolved here, once, when the settings are read.
"""

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import psutil

from chatbot.errors import WeightsError
from chatbot.weights import CATALOGUE, SMOLLM2, PackagedBase

AUTO = "auto"
FEWEST_CORES = 2
"""With fewer, a base that reads takes seconds to its first word."""
OWN_GROUPS, GROUPS = Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")
GB = 10**9
USED_OF_ADDRESSES = 0.75
"""How much of the memory that a process addresses it also uses."""


@dataclass(frozen=True)
class Choice:
    """A base model of the catalogue, and why it was taken."""

    name: str
    why: str

    def __str__(self) -> str:
        return f"{self.name}: {self.why}"


class ChosenBase(str):
    """The name that `auto` stands for here, with the reason."""

    why: str

    def __new__(cls, choice: Choice) -> "ChosenBase":
        """The name of a choice."""
        self = super().__new__(cls, choice.name)
        self.why = choice.why
        return self

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Copies are plain names, as the store keeps them."""
        return str, (str(self),)


def choose_base(memory: int, cores: int, installed: Collection[str]) -> Choice:
    """The best base that fits into `memory` bytes, of those `installed`; says how a better one is to be had."""
    room = f"{memory / GB:.1f} GB of memory and {cores} core{'s' if cores != 1 else ''}"
    fitting = [base for base in CATALOGUE.values() if _fits(base, memory, cores)] or [SMOLLM2]
    best = fitting[0]
    taken = next((base for base in fitting if base.name in installed), SMOLLM2)
    if taken != best:
        advice = f"run `python -m chatbot base install {best.name}`"
        return Choice(taken.name, f"{room} suit {best.name}, which is not installed: {advice}")
    larger = list(CATALOGUE.values())[: list(CATALOGUE).index(best.name)]
    if not larger:
        return Choice(best.name, f"the best that is packaged, and {room} suffice")
    needs = f"{larger[-1].name} needs {larger[-1].memory_gb:g} GB and {FEWEST_CORES} cores"
    return Choice(best.name, f"the best for {room}; {needs}")


def choice_here(assume_installed: bool = False) -> Choice:
    """The choice for this machine; with `assume_installed` as if all packages were there."""
    names = [base.name for base in CATALOGUE.values() if assume_installed or base.installed]
    return choose_base(memory_limit(), core_count(), names)


def resolve_base(name: str) -> str:
    """The base that a setting names; `auto` becomes a `ChosenBase` of the catalogue."""
    return ChosenBase(choice_here()) if name == AUTO else name


def base_reads(name: str) -> bool:
    """Whether a base is good enough to write answers from passages; one that is not packaged is taken to be."""
    return name not in CATALOGUE or CATALOGUE[name].reads


def recipe_of(name: str) -> str:
    """The recipe that suits a base."""
    return "reading" if base_reads(name) else "sft"


def refuse_too_large(base: PackagedBase) -> None:
    """Raises `WeightsError` that names a base which fits, where this machine has too little memory for `base`."""
    memory = memory_limit()
    if memory < base.memory_gb * GB:
        fits = choose_base(memory, core_count(), CATALOGUE).name
        advice = "none is small enough" if fits == base.name else f"set `base_model` to {fits!r}, or to {AUTO!r}"
        raise WeightsError(
            f"base_model {base.name!r} needs {base.memory_gb:g} GB of memory, and {memory / GB:.1f} GB are there: "
            f"{advice}"
        )


def memory_limit() -> int:
    """The bytes that this process may take: what the machine has, its control group gets and `ulimit -v` lets."""
    return min([int(psutil.virtual_memory().total), *_group_limits(), *_address_limits()])


def core_count() -> int:
    """The cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _fits(base: PackagedBase, memory: int, cores: int) -> bool:
    return memory >= base.memory_gb * GB and (cores >= FEWEST_CORES or not base.reads)


def _group_limits() -> list[int]:
    """Limits of the control group and those above it; one without says `max` or a number beyond any machine."""
    said = []
    for line in OWN_GROUPS.read_text().splitlines() if OWN_GROUPS.is_file() else []:
        number, controllers, group = line.split(":", 2)
        first = GROUPS / "memory.max" if number == "0" else GROUPS / "memory" / "memory.limit_in_bytes"
        if number == "0" or "memory" in controllers.split(","):
            inside = Path(group.lstrip("/"))
            said += [first.parent / folder / first.name for folder in (inside, *inside.parents)]
    limits = [file.read_text().strip() for file in said if file.is_file()]
    return [int(text) for text in limits if text.isdigit()]


def _address_limits() -> list[int]:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return []
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return [] if soft == resource.RLIM_INFINITY else [int(soft * USED_OF_ADDRESSES)]
