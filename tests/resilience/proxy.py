"""A TCP proxy in front of a store: it refuses, falls silent or is slow when it is told to, and passes all on else."""

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
    """What is wrong with a store: `refused`, `frozen`, or each of its answers comes `late` seconds later."""

    name: str
    refused: bool = False
    frozen: bool = False
    late: float = 0.0


class Proxy:
    """Listens on a port of its own for the server behind a socket file; works in a thread of its own."""

    def __init__(self, server: Path) -> None:
        self.server = server
        self.port = 0
        self._late = 0.0
        self._links: set[Writer] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._moves = asyncio.Event()
        self._listener: asyncio.Server | None = None

    @contextmanager
    def inject(self, fault: Fault) -> Iterator[None]:
        """While the context lasts, the store has this fault."""
        self._run(self._begin(fault))
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

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _open(self) -> None:
        if self._listener is None:
            self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=512)
            self.port = self._listener.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._listener:
            self._listener.close()
            self._listener = None
        for writer in list(self._links):
            # Not a word more: what was on its way is lost, and the other side hears RST.
            linger = writer.get_extra_info("socket")
            if linger.family == socket.AF_INET:
                linger.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            writer.transport.abort()
        self._moves.set()
        await asyncio.sleep(0.05)

    async def _begin(self, fault: Fault) -> None:
        self._late = fault.late
        if fault.refused:
            await self._close()
        elif fault.frozen:
            self._moves.clear()

    async def _heal(self) -> None:
        self._late = 0.0
        self._moves.set()
        await self._open()

    async def _serve(self, reader: Reader, writer: Writer) -> None:
        ends = [writer]
        self._links.add(writer)
        with suppress(OSError):
            await self._moves.wait()
            inner, outer = await asyncio.open_unix_connection(self.server)
            ends.append(outer)
            self._links.add(outer)
            ways = [
                asyncio.ensure_future(self._pass(reader, outer)),
                asyncio.ensure_future(self._pass(inner, writer, back=True)),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.wait(ways)
        for end in ends:
            end.transport.abort()
            self._links.discard(end)

    async def _pass(self, source: Reader, sink: Writer, *, back: bool = False) -> None:
        with suppress(OSError):
            while words := await source.read(CHUNK):
                if back and self._late:
                    await asyncio.sleep(self._late)
                await self._moves.wait()
                sink.write(words)
                await sink.drain()
