"""A shop of `flask shop up`, and the processes that belong to it."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from tests.support.http import HttpClient
from tests.support.processes.managed_process import HANG_SECONDS
from tests.support.processes.ports import free_port
from tests.support.processes.processes import WebProcess

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "flask", "shop")
_NOT_INHERITED = ("SHOP_", "_SHOP_", "FLASK_", "PYTEST_")


def find_child(parent: psutil.Process, word: str = "") -> psutil.Process:
    """Return the child whose command has a word; raises AssertionError without one."""
    found = []
    for process in parent.children():
        with suppress(psutil.NoSuchProcess):
            if process.status() != "zombie" and (not word or word in process.cmdline()):
                found.append(process)
    assert found, f"{parent} has no child {word}"
    return found[0]


class EmbeddedShop(WebProcess):
    """`flask shop up` in a folder, with all its processes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.var, self.bind = folder, folder / "var", f"127.0.0.1:{free_port()}"
        super().__init__([*COMMAND, "up"], folder / "up.log", env=self.environment(), cwd=folder)

    def environment(self) -> dict[str, str]:
        """Return the environment of a command in the folder."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
        own = {"SHOP_BIND": self.bind, "SHOP_VAR": str(self.var), "PYTHONPATH": str(ROOT)}
        return {**inherited, **own, "PYTHONUNBUFFERED": "1"}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `flask shop <arguments>` in the folder to its end."""
        return subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=HANG_SECONDS,
        )

    def child(self, word: str) -> psutil.Process:
        """Return the child of `up` whose command has a word.

        Raises AssertionError while it does not run.
        """
        return find_child(psutil.Process(self.pid), word)

    def processes(self) -> list[psutil.Process]:
        """Return all living processes of the shop."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                is_own = process.environ().get("SHOP_VAR") == str(self.var) and process.status() != "zombie"
                if is_own:
                    found.append(process)
        return found

    def serves_with_redis(self) -> bool:
        """Return True when the web server is ready and its Redis answers."""
        with suppress(OSError), HttpClient(self.bind, timeout=2.0) as client:
            answer = client.get("/readyz")
            status: dict[str, Any] = json.loads(answer.body)["data"]
            return answer.status == 200 and status["redis"] == "ok"
        return False

    def kill_all(self) -> None:
        """Kill every process of the shop."""
        self.kill()
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()
