"""The socket that a server listens on."""

import socket

from chatbot.errors import SettingsError


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to an address, 0 for a free port; raises `SettingsError` where it is taken.

    It names its protocol, as asyncio turns Nagle's algorithm off for no other: an answer whose head and body go out one
    after the other would wait 40 ms for the reader's acknowledgement.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"cannot listen on {host}:{port} ({error.strerror}): use --port to take another, or 0"
        ) from None
    return listener
