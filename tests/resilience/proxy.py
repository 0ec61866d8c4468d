"""TCP proxy in front of a store that injects faults.

Without a fault it forwards all bytes.
"""

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeAlias

CHUNK = 65_536
Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter


class Fault(NamedTuple):
    """A fault of a store: connections refused, frozen, or responses delayed.

    `delay`: seconds added to each response.
    """

    name: str
    refused: bool = False
    frozen: bool = False
    delay: float = 0.0


class Proxy:
    """Proxy from a TCP port to a socket file, in a thread."""

    def __init__(self, server: Path) -> None:
        self.server = server
        self.port = 0
        self._delay = 0.0
        self._writers: set[Writer] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._unfrozen = asyncio.Event()
        self._listener: asyncio.Server | None = None

    @contextmanager
    def inject(self, fault: Fault) -> Iterator[None]:
        """Inject a fault while the context lasts."""
        self._run(self._apply(fault))
        try:
            yield
        finally:
            self._run(self._heal())

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._open())
        self._run(self._heal())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _open(self) -> None:
        if self._listener is None:
            self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=512)
            self.port = self._listener.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._listener:
            self._listener.close()
            self._listener = None
        for writer in list(self._writers):
            # Abort instead of close: bytes in flight are lost, and the client receives RST.
            client_socket = writer.get_extra_info("socket")
            if client_socket.family == socket.AF_INET:
                client_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            writer.transport.abort()
        self._unfrozen.set()
        await asyncio.sleep(0.05)

    async def _apply(self, fault: Fault) -> None:
        self._delay = fault.delay
        if fault.refused:
            await self._close()
        elif fault.frozen:
            self._unfrozen.clear()

    async def _heal(self) -> None:
        self._delay = 0.0
        self._unfrozen.set()
        await self._open()

    async def _serve(self, reader: Reader, writer: Writer) -> None:
        writers = [writer]
        self._writers.add(writer)
        with suppress(OSError):
            await self._unfrozen.wait()
            server_reader, server_writer = await asyncio.open_unix_connection(self.server)
            writers.append(server_writer)
            self._writers.add(server_writer)
            directions = [
                asyncio.ensure_future(self._forward(reader, server_writer)),
                asyncio.ensure_future(self._forward(server_reader, writer, responses=True)),
            ]
            await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
            for direction in directions:
                direction.cancel()
            await asyncio.wait(directions)
        for open_writer in writers:
            open_writer.transport.abort()
            self._writers.discard(open_writer)

    async def _forward(self, reader: Reader, writer: Writer, *, responses: bool = False) -> None:
        with suppress(OSError):
            while chunk := await reader.read(CHUNK):
                if responses and self._delay:
                    await asyncio.sleep(self._delay)
                await self._unfrozen.wait()
                writer.write(chunk)
                await writer.drain()
