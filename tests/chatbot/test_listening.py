import asyncio
import socket

import pytest

from chatbot.errors import SettingsError
from chatbot.listening import listen
from tests.loops import run


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_answers_go_out_at_once(host: str) -> None:
    async def undelayed() -> int:
        told: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = writer.get_extra_info("socket")
            told.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listener = listen(host, 0)
        async with await asyncio.start_server(connected, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname()[:2])
            writer.close()
            return await told

    if host == "::1" and not socket.has_ipv6:
        pytest.fail("this machine has no IPv6")
    assert run(undelayed())


def test_a_port_that_is_taken_is_said() -> None:
    with listen("127.0.0.1", 0) as listener:
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(SettingsError, match=f"cannot listen on 127.0.0.1:{port} .*use --port"):
            listen("127.0.0.1", port)
