"""Several processes that train as one: each takes a share of every step's units, and their gradients are added up.

`accelerate launch` or `torchrun` start them, on one machine or many. The first process does all else of a run and tells
the others what to train; `ALONE` is what a process is that nobody else was started with.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import psutil
import torch
from torch import distributed

from chatbot.errors import TrainingError

logger = logging.getLogger(__name__)

PATIENCE = timedelta(days=1)
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Processes:
    """This process among `count`, and the device that it was given; `sharded` spreads the frozen base over all."""

    rank: int = 0
    count: int = 1
    device: str = ""
    sharded: bool = False

    @property
    def first(self) -> bool:
        """Whether this is the process that writes files and talks to people."""
        return self.rank == 0

    def share(self, units: Sequence[Thing]) -> Sequence[Thing]:
        """The units that this process takes."""
        return units[self.rank :: self.count]

    def tell(self, thing: Thing) -> Thing:
        """What the first process has, for all."""
        if self.count == 1:
            return thing
        held = [thing]
        distributed.broadcast_object_list(held)
        return held[0]

    def listen(self) -> Any:
        """What the first process tells; raises `TrainingError` if it has ended."""
        try:
            return self.tell(None)
        except RuntimeError:
            raise TrainingError("the first process has ended, and its message says why") from None

    def collect(self, thing: Thing) -> list[Thing]:
        """What each process has, for all."""
        if self.count == 1:
            return [thing]
        held = [thing] * self.count
        distributed.all_gather_object(held, thing)
        return held

    def missing(self, passes: int) -> int:
        """How many passes through the model this process lacks: the parts of a sharded one are put together by all."""
        return max(self.collect(passes)) - passes if self.sharded else 0

    @torch.no_grad()
    def copy_first(self, parameters: Iterable[torch.Tensor]) -> None:
        """Begin with the parameters of the first process."""
        if self.count > 1:
            for parameter in parameters:
                distributed.broadcast(parameter, 0)

    @torch.no_grad()
    def add_gradients(self, parameters: Sequence[torch.Tensor]) -> None:
        """Give each parameter the sum of its gradients; one without any anywhere stays without."""
        if self.count == 1 or not parameters:
            return
        present = torch.tensor([float(p.grad is not None) for p in parameters], device=parameters[0].device)
        parts = [p.grad if p.grad is not None else torch.zeros_like(p) for p in parameters]
        flat = torch.cat([present, *(part.flatten() for part in parts)])
        distributed.all_reduce(flat)
        present, *sums = flat.split([len(parameters), *(p.numel() for p in parameters)])
        for parameter, found, total in zip(parameters, present.tolist(), sums, strict=True):
            parameter.grad = total.view_as(parameter) if found else None


ALONE = Processes()


def launched(prepare: Callable[[], object] = lambda: None) -> Processes:
    """This process among those that a launcher started; raises `TrainingError` for ways that do not fit an adapter.

    Each of several calls `prepare` before they meet: transformers lets none but the first save a model from then on.
    """
    for name in ("DEEPSPEED", "MEGATRON_LM"):
        if _asked_for(name):
            raise TrainingError(f"{name} is not supported: launch with --multi_gpu, or --use_fsdp for a large base")
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        if "MASTER_ADDR" in os.environ:
            _start_all()
        return ALONE
    from accelerate import PartialState

    prepare()
    state = PartialState(cpu=not torch.cuda.is_available(), timeout=PATIENCE)
    return Processes(state.process_index, state.num_processes, str(state.device), _asked_for("FSDP"))


def _asked_for(way: str) -> bool:
    """Whether accelerate was told to train in a way, which it tells by the environment."""
    return os.environ.get(f"ACCELERATE_USE_{way}", "false").lower() == "true"


def _start_all() -> None:
    """Become torchrun with the number of processes that `accelerate launch --cpu` was asked for; else warn.

    On CPUs accelerate leaves the starting to mpirun, and without it starts one process of however many.
    """
    from accelerate.commands.launch import launch_command_parser

    asked = psutil.Process().parent().cmdline() if os.environ.get("ACCELERATE_USE_CPU") == "True" else []
    if "launch" in asked:
        options, _ = launch_command_parser().parse_known_args(asked[asked.index("launch") + 1 :])
        if (options.num_processes or 1) > 1 and (options.num_machines or 1) == 1:
            for name in ("MASTER_ADDR", "MASTER_PORT"):
                del os.environ[name]
            launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
            again = [f"--nproc-per-node={options.num_processes}", "-m", "training", *sys.argv[1:]]
            os.execv(sys.executable, [*launcher, *again])
    logger.warning(
        "one process was started: on CPUs accelerate starts several machines through mpirun only; "
        "`torchrun --nproc-per-node N -m training …` starts N on one"
    )
