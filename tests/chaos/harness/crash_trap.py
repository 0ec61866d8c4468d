"""Crash of a running process at a named point."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.http.support.shop import Shop
from tests.support.polling import eventually, wait_for
from tests.support.processes import process_groups as groups

ROOT = Path(__file__).parents[3]
SABOTAGE = ROOT / "tests" / "chaos" / "sabotage"
FILE_VARIABLE = "SHOP_TEST_CRASH_FILE"
REACHED_SECONDS, READY_SECONDS, WAIT_SECONDS = 15.0, 30.0, 15.0
# InnoDB keeps its table of transactions as it was until nothing has read it for 0.1 s: faster polls never see a change.
TRANSACTIONS_SECONDS = 0.15


def crash_env(folder: Path, locations: Iterable[str]) -> dict[str, str]:
    """Return the settings of processes that can crash at these locations.

    A location is `module:Class.method`, with or without `:before` or `:after`.
    """
    points = sorted({":".join(location.split(":")[:2]) for location in locations})
    return {
        "PYTHONPATH": f"{SABOTAGE}{os.pathsep}{ROOT}",
        FILE_VARIABLE: str(folder / "armed-crash"),
        "SHOP_TEST_CRASH_POINTS": " ".join(points),
    }


class CrashTrap:
    """Trap for one process: it crashes at `module:Class.method:before|after[:nth call]`.

    Only the first process at the location gets the signal.
    """

    def __init__(self, shop: Shop, process: str, location: str, mark: Path, signal: str = "SIGKILL") -> None:
        self.shop, self.process, self.location, self.mark = shop, process, location, mark
        module, path, when, *nth = location.split(":")
        self._armed = {
            "point": f"{module}:{path}",
            "bind": shop.service.bind(process),
            "when": when,
            "nth": int(nth[0]) if nth else 1,
            "mark": str(mark),
            "signal": signal,
        }
        self._file = Path(shop.service.env[FILE_VARIABLE])

    def arm(self) -> None:
        """Make the next process at the location crash."""
        draft = self._file.with_suffix(".draft")
        draft.write_text(json.dumps(self._armed))
        draft.rename(self._file)

    def disarm(self) -> None:
        """Let every process pass the location."""
        self._file.unlink(missing_ok=True)

    def wait_until_reached(self) -> int:
        """Wait until a process has reached the location, and return its pid."""
        reached = wait_for(lambda: self.mark.exists() and self.mark.read_text() != "", REACHED_SECONDS)
        output = "" if reached else self.shop.service.process(self.process).output
        assert reached, f"{self.location} was not reached:\n{output[-4000:]}"
        return int(self.mark.read_text())

    def wait_for_crash(self) -> None:
        """Wait until a process has crashed at the location.

        It is the started process, or a worker of a supervisor.
        """
        pid, process = self.wait_until_reached(), self.shop.service.process(self.process)
        assert wait_for(lambda: pid not in groups.find_members(process.pid), 5.0), "The process is still alive."
        assert wait_for(lambda: process.returncode == -9 or pid != process.pid, 5.0), process.returncode

    def revive(self) -> None:
        """Disarm, and wait until the process runs again.

        A supervisor replaces its worker, or ends after two crashes in a short time; then it is started again.
        """
        self.disarm()
        process = self.shop.service.process(self.process)
        wait_for(lambda: not process.running or process.is_ready(), READY_SECONDS)
        if not process.running:
            self.shop.service.start(self.process)
        assert process.is_ready()


@contextmanager
def armed(shop: Shop, trap: CrashTrap) -> Iterator[None]:
    """Arm the trap before the buyers begin, and hold the worker or scheduler, so that its work piles up."""
    if trap.process == "worker":
        eventually(lambda: _freeze_between_transactions(shop), WAIT_SECONDS, TRANSACTIONS_SECONDS)
    elif trap.process == "scheduler":
        # Its slots are due at its start, and a minute later.
        shop.service.kill(trap.process)
    trap.arm()
    try:
        yield
    finally:
        trap.disarm()
        if trap.process == "worker":
            shop.service.process(trap.process).thaw()


def release(shop: Shop, trap: CrashTrap) -> None:
    """Let the held process go on."""
    if trap.process == "worker":
        shop.service.process(trap.process).thaw()
    elif trap.process == "scheduler":
        shop.service.start(trap.process)


def _freeze_between_transactions(shop: Shop) -> bool:
    # Frozen in a transaction it would keep locks that a scenario needs.
    worker = shop.service.process("worker")
    worker.freeze()
    if shop.query_value("SELECT COUNT(*) FROM information_schema.innodb_trx") == 0:
        return True
    worker.thaw()
    return False
