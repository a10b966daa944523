"""The libraries that load models, imported by one thread at a time: transformers fails when two import it at once."""

import threading

_importing = threading.Lock()


def one_core_each() -> None:
    """Let torch and NumPy use one core a thread from now on: many small questions at once, no large ones."""
    import torch
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(1)
    threadpool_limits(1, "blas")


def import_libraries() -> None:
    """Import them, or wait until another thread has."""
    with _importing:
        import sentence_transformers  # noqa: F401
        from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: F401
