"""A shop of one's own: everything that `flask shop up` runs, in a temporary folder that is gone at the end."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from types import FrameType
from typing import NoReturn

from shop.container import Container
from shop.core.environment import PREFIX
from shop.core.processes import answers
from shop.core.rate import Rate
from shop.core.settings import Settings

ROOT = Path(__file__).parents[2]
LIMITS = [PREFIX + field.name.upper() for field in fields(Settings) if field.type is Rate]
READY_SECONDS = 60.0
# The parent of all processes gives each of its three children fifteen seconds.
STOP_SECONDS = 60.0
LOG_LINES = 30


class NotReadyError(Exception):
    """The shop did not come up; the sentence holds the end of its log."""


@dataclass
class Shop:
    """A running shop: its folder, its address, the environment of its processes and the parent of them all."""

    folder: Path
    bind: str
    environment: Mapping[str, str]
    pid: int = 0

    def settings(self) -> Settings:
        """What its processes were told."""
        return Settings.load({name: value for name, value in self.environment.items() if name.startswith(PREFIX)})

    def container(self) -> Container:
        """Its own collaborators, on its stores."""
        return Container(self.settings())

    def start(self, *words: str, **environment: str) -> "subprocess.Popen[bytes]":
        """Start `python -m WORDS` in the shop's environment; what it says goes to the shop's log."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *words],
                cwd=self.folder,
                env={**self.environment, **environment},
                stdout=log,
                stderr=log,
                # Ctrl-C reaches the benchmark alone, which stops its children in order.
                start_new_session=True,
            )

    def verify(self, acknowledged: Sequence[str] = ()) -> tuple[bool, list[str]]:
        """Whether every invariant holds, and the verdicts, a line each."""
        promised = self.folder / "acknowledged"
        promised.write_text("\n".join(acknowledged))
        command = [sys.executable, "-m", "flask", "shop", "verify", "--acknowledged", str(promised)]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        return done.returncode == 0, (done.stdout if done.stdout else done.stderr).splitlines()

    @property
    def log(self) -> Path:
        """Where its processes write."""
        return self.folder / "log"


@contextmanager
def open_shop(**settings: str) -> Iterator[Shop]:
    """Run a shop while the context lasts; `database_url="..."` sets SHOP_DATABASE_URL. Raises NotReadyError."""
    signal.signal(signal.SIGTERM, _leave)
    with tempfile.TemporaryDirectory(prefix="shop-") as folder:
        bind = f"127.0.0.1:{free_port()}"
        shop = Shop(Path(folder), bind, _environment(folder, bind, settings))
        process = shop.start("flask", "shop", "up")
        shop.pid = process.pid
        try:
            wait_until_ready(shop, bind, process)
            yield shop
        finally:
            stop(process)


def wait_until_ready(shop: Shop, bind: str, process: "subprocess.Popen[bytes]") -> None:
    """Return when the process serves at the address; raises NotReadyError when it ended, or after a minute."""
    deadline = time.monotonic() + READY_SECONDS
    while not answers(bind):
        if process.poll() is not None or time.monotonic() > deadline:
            tail = "\n".join(shop.log.read_text(errors="replace").splitlines()[-LOG_LINES:])
            raise NotReadyError(f"Nothing is ready at {bind}:\n{tail}")
        time.sleep(0.1)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask a process to end, and make it end when it does not."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    """A port of the loopback interface nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(folder: str, bind: str, settings: Mapping[str, str]) -> dict[str, str]:
    # The working folder of the processes is the temporary one, so no `.env` adds settings of a real shop.
    outside = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    inside = {PREFIX + name.upper(): value for name, value in settings.items()}
    # One address and few buyers stand for thousands here.
    return {
        **outside,
        **dict.fromkeys(LIMITS, "off"),
        "PYTHONPATH": str(ROOT),
        "SHOP_VAR": folder,
        "SHOP_BIND": bind,
        **inside,
    }


def _leave(number: int, _: FrameType | None) -> NoReturn:
    # An ordinary exception, so that contexts stop what they started.
    sys.exit(128 + number)
