"""The libraries that load models, imported by one thread at a time: transformers fails when two import it at once."""

import threading

_importing = threading.Lock()


def import_libraries() -> None:
    """Import them, or wait until another thread has."""
    with _importing:
        import sentence_transformers  # noqa: F401
        from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: F401
