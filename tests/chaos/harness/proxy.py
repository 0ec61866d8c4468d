"""A proxy between the shop and Valkey, which can lose answers: the fault that a killed server does not show."""

import asyncio
import threading
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self, TypeAlias

CHUNK = 65_536
ENDING_SECONDS = 2.0
Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter


class Link:
    """One connection through the proxy. A doomed one loses the next answer and ends."""

    def __init__(self, client: tuple[Reader, Writer], server: tuple[Reader, Writer]) -> None:
        self.client, self.server, self.doomed = client, server, False

    def close(self) -> None:
        """End both sides."""
        for _, writer in (self.client, self.server):
            writer.close()


class Proxy:
    """Passes everything on from a socket file to another, in a thread of its own, until told to do wrong."""

    def __init__(self, server: Path, socket: Path) -> None:
        self.server, self.socket = server, socket
        self.lost_replies = 0
        self._to_lose: list[bytes] = []
        self._delay, self._refusing = 0.0, False
        self._links: set[Link] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        """The address for redis-py, RQ and SHOP_REDIS_URL."""
        return f"unix://{self.socket}"

    def lose_reply(self, containing: bytes = b"") -> None:
        """Carry out the next request that contains these bytes, keep its answer and close its connection."""
        self._run(self._change(lambda: self._to_lose.append(containing)))

    def delay(self, seconds: float) -> None:
        """Hold back each request that long; 0 ends it."""
        self._run(self._change(lambda: setattr(self, "_delay", seconds)))

    def refuse(self, *, refusing: bool) -> None:
        """Close every new connection at once, and those there are."""
        self._run(self._change(lambda: setattr(self, "_refusing", refusing)))
        if refusing:
            self.cut()

    def cut(self) -> None:
        """Close all connections."""
        self._run(self._change(self._close_all))

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(asyncio.start_unix_server(self._serve, self.socket))
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Awaitable[Any]) -> None:
        asyncio.run_coroutine_threadsafe(_finish(work), self._loop).result(5)

    async def _change(self, change: Any) -> None:
        change()

    async def _end(self) -> None:
        self._close_all()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        if tasks:
            # They end by themselves: there is nothing more to read.
            await asyncio.wait(tasks, timeout=ENDING_SECONDS)

    def _close_all(self) -> None:
        for link in self._links:
            link.close()

    async def _serve(self, reader: Reader, writer: Writer) -> None:
        if self._refusing:
            writer.close()
            return
        try:
            server = await asyncio.open_unix_connection(self.server)
        except OSError:
            writer.close()
            return
        link = Link((reader, writer), server)
        self._links.add(link)
        ways = [asyncio.ensure_future(way) for way in (self._requests(link), self._answers(link))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        link.close()
        await asyncio.wait(ways)
        self._links.discard(link)

    async def _requests(self, link: Link) -> None:
        with suppress(OSError):
            while request := await link.client[0].read(CHUNK):
                if self._delay:
                    await asyncio.sleep(self._delay)
                self._doom(link, request)
                link.server[1].write(request)
                await link.server[1].drain()

    async def _answers(self, link: Link) -> None:
        with suppress(OSError):
            while answer := await link.server[0].read(CHUNK):
                if link.doomed:
                    self.lost_replies += 1
                    return
                link.client[1].write(answer)
                await link.client[1].drain()

    def _doom(self, link: Link, request: bytes) -> None:
        wanted = next((words for words in self._to_lose if words in request), None)
        if wanted is not None:
            self._to_lose.remove(wanted)
            link.doomed = True


async def _finish(work: Awaitable[Any]) -> Any:
    return await work
