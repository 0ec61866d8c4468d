"""Temporary shop: all processes of `flask shop up` in a temporary folder."""

import os
import signal
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

from benchmarks.targets.processes import find_free_port, stop_process
from shop.container import Container
from shop.core.operations.supervisor import is_ready
from shop.core.settings.loader import PREFIX
from shop.core.settings.rate import Rate
from shop.core.settings.settings import Settings

ROOT = Path(__file__).parents[2]
# Environment variables of all rate limits.
RATE_LIMITS = [PREFIX + field.name.upper() for field in fields(Settings) if field.type is Rate]
# Generous: some servers import everything in each of their processes, and the machine may be busy.
READY_SECONDS = 180.0
LOG_LINES = 30


class NotReadyError(Exception):
    """Failure of a shop to start, with the end of its log."""


@dataclass
class TemporaryShop:
    """Running shop: its folder, its address and the environment of its processes.

    `pid` is the supervisor of these processes.
    """

    folder: Path
    bind: str
    environment: Mapping[str, str]
    pid: int = 0

    @property
    def port(self) -> int:
        """Port of the address."""
        return int(self.bind.rpartition(":")[2])

    def load_settings(self) -> Settings:
        """Load the settings that its processes use."""
        return Settings.load(self.settings_environment)

    @property
    def settings_environment(self) -> dict[str, str]:
        """Environment variables of its settings."""
        return {name: value for name, value in self.environment.items() if name.startswith(PREFIX)}

    def create_container(self) -> Container:
        """Create a container that is connected to its stores."""
        return Container(self.load_settings())

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
        """Start `python -m ARGUMENTS` in its environment, with output to its log."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=self.folder,
                env={**self.environment, **environment},
                stdout=log,
                stderr=log,
                # Ctrl-C reaches the benchmark alone, which stops its children in order.
                start_new_session=True,
            )

    def verify(self, acknowledged: Sequence[str] = ()) -> tuple[bool, list[str]]:
        """Run `flask shop verify` with the ids of acknowledged orders.

        Returns True when every invariant holds, and the lines of output.
        """
        file = self.folder / "acknowledged"
        file.write_text("\n".join(acknowledged))
        command = [sys.executable, "-m", "flask", "shop", "verify", "--acknowledged", str(file)]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        return done.returncode == 0, (done.stdout if done.stdout else done.stderr).splitlines()

    @property
    def log(self) -> Path:
        """Log file of its processes."""
        return self.folder / "log"


@contextmanager
def run_shop(**settings: str) -> Iterator[TemporaryShop]:
    """Run a shop while the context lasts.

    `database_url="..."` sets SHOP_DATABASE_URL. Raises NotReadyError when the shop does not start.
    """
    signal.signal(signal.SIGTERM, _exit_on_signal)
    with tempfile.TemporaryDirectory(prefix="shop-") as folder:
        bind = f"127.0.0.1:{find_free_port()}"
        shop = TemporaryShop(Path(folder), bind, _build_environment(folder, bind, settings))
        process = shop.start("flask", "shop", "up")
        shop.pid = process.pid
        try:
            wait_until_ready(shop, bind, process)
            yield shop
        finally:
            stop_process(process)


def wait_until_ready(shop: TemporaryShop, bind: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until a process serves at an address.

    Raises NotReadyError when the process ended, and after a minute.
    """
    deadline = time.monotonic() + READY_SECONDS
    while not is_ready(bind):
        if process.poll() is not None or time.monotonic() > deadline:
            tail = "\n".join(shop.log.read_text(errors="replace").splitlines()[-LOG_LINES:])
            raise NotReadyError(f"Nothing is ready at {bind}:\n{tail}")
        time.sleep(0.1)


def _build_environment(folder: str, bind: str, settings: Mapping[str, str]) -> dict[str, str]:
    # The working folder of the processes is the temporary one, so no `.env` adds settings of a real shop.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    given = {PREFIX + name.upper(): value for name, value in settings.items()}
    # One address and few accounts stand for thousands here, so that rate limits would refuse them.
    return {
        **inherited,
        **dict.fromkeys(RATE_LIMITS, "off"),
        "PYTHONPATH": str(ROOT),
        "SHOP_VAR": folder,
        "SHOP_BIND": bind,
        **given,
    }


def _exit_on_signal(number: int, _: FrameType | None) -> NoReturn:
    # An ordinary exception, so that contexts stop the processes that they started.
    sys.exit(128 + number)
