"""Stop strings, the same for every engine: text is held back while it may be the beginning of one."""

from collections.abc import Callable, Iterable, Iterator, Sequence


def until_stop(pieces: Iterable[str], stop: Sequence[str], stopped: Callable[[], None]) -> Iterator[str]:
    """The pieces up to the first stop string, which is left out; `stopped` is called when one was met."""
    if not stop:
        yield from pieces
        return
    held = ""
    for piece in pieces:
        held += piece
        met = [at for at in (held.find(text) for text in stop) if at >= 0]
        if met:
            stopped()
            if held[: min(met)]:
                yield held[: min(met)]
            return
        keep = max(_begun(held, text) for text in stop)
        if len(held) > keep:
            yield held[: len(held) - keep]
            held = held[len(held) - keep :]
    if held:
        yield held


def _begun(text: str, stop: str) -> int:
    """How many characters at the end of the text are the beginning of the stop string."""
    return next((size for size in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:size])), 0)
