"""The server of the tests: uvicorn's own, which ends as soon as it is asked to."""

import asyncio
import socket

import uvicorn


class QuickServer(uvicorn.Server):
    """Nothing is waited for that is not under way.

    uvicorn looks ten times a second whether to end, and then gives open connections a tenth of a second, whether or
    not there are any: more than most tests take.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._asked = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    def end(self) -> None:
        """Ask it to end, from any thread, once it has started."""
        self._loop.call_soon_threadsafe(self._asked.set)

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self._asked.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0.001)
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
        else:
            await self.lifespan.shutdown()
