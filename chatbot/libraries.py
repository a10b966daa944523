"""Libraries that take long to import, or that get into each other's way.

Those that load models are imported by one thread at a time: transformers fails when two import it at once.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_importing = threading.Lock()


def one_core_each() -> None:
    """Let torch and NumPy use one core a thread from now on: many small questions at once, no large ones."""
    import torch
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(1)
    threadpool_limits(1, "blas")


@contextmanager
def without(name: str) -> Iterator[None]:
    """Let what is imported meanwhile do without a library that it would take along, and that most commands never use.

    What has been imported already stays: whoever imports first, in the only thread there is, should do it so.
    """
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # Python's own word for what must not be imported
    try:
        yield
    finally:
        del sys.modules[name]


def import_libraries() -> None:
    """Import them, or wait until another thread has."""
    with _importing:
        import sentence_transformers  # noqa: F401
        from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: F401
