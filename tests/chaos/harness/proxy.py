"""Proxy between the shop and Valkey that injects network faults.

It can lose replies of executed commands, which a kill of the server cannot.
"""

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
    """One connection through the proxy.

    `loses_reply`: the next reply is dropped and the connection closed.
    """

    def __init__(self, client: tuple[Reader, Writer], server: tuple[Reader, Writer]) -> None:
        self.client, self.server, self.loses_reply = client, server, False

    def close(self) -> None:
        """Close both sides."""
        for _, writer in (self.client, self.server):
            writer.close()


class Proxy:
    """Proxy from one socket file to another, in a thread, with faults."""

    def __init__(self, server: Path, socket: Path) -> None:
        self.server, self.socket = server, socket
        self.lost_replies = 0
        self._patterns: list[bytes] = []
        self._delay, self._refusing = 0.0, False
        self._links: set[Link] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        """Address for redis-py, RQ and SHOP_REDIS_URL."""
        return f"unix://{self.socket}"

    def lose_reply(self, containing: bytes = b"") -> None:
        """Drop the reply of the next request that contains these bytes.

        The request is executed; its connection is closed.
        """
        self._run(self._change(lambda: self._patterns.append(containing)))

    def delay(self, seconds: float) -> None:
        """Delay each request by that many seconds; 0 ends the delay."""
        self._run(self._change(lambda: setattr(self, "_delay", seconds)))

    def refuse(self, *, refusing: bool) -> None:
        """Close all connections and refuse new ones, until called with False."""
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

    def _run(self, awaitable: Awaitable[Any]) -> None:
        asyncio.run_coroutine_threadsafe(_finish(awaitable), self._loop).result(5)

    async def _change(self, change: Any) -> None:
        change()

    async def _end(self) -> None:
        self._close_all()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        if tasks:
            # The tasks end by themselves, since their connections are closed.
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
        directions = [
            asyncio.ensure_future(direction)
            for direction in (self._forward_requests(link), self._forward_replies(link))
        ]
        await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        link.close()
        await asyncio.wait(directions)
        self._links.discard(link)

    async def _forward_requests(self, link: Link) -> None:
        with suppress(OSError):
            while request := await link.client[0].read(CHUNK):
                if self._delay:
                    await asyncio.sleep(self._delay)
                self._mark_lost(link, request)
                link.server[1].write(request)
                await link.server[1].drain()

    async def _forward_replies(self, link: Link) -> None:
        with suppress(OSError):
            while answer := await link.server[0].read(CHUNK):
                if link.loses_reply:
                    self.lost_replies += 1
                    return
                link.client[1].write(answer)
                await link.client[1].drain()

    def _mark_lost(self, link: Link, request: bytes) -> None:
        matched = next((pattern for pattern in self._patterns if pattern in request), None)
        if matched is not None:
            self._patterns.remove(matched)
            link.loses_reply = True


async def _finish(awaitable: Awaitable[Any]) -> Any:
    return await awaitable
