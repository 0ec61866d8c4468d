"""First runs of a clone with `make`; only `make first-runs` runs them, since each installs the packages.

Ctrl-C at ten moments of the set-up, a folder with an odd name, every Python that is installed, another user without a
writable home.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.first_runs.embedded_shop import ROOT
from tests.support.folders import remove_folder, short_folder
from tests.support.http import HttpClient
from tests.support.polling import wait_for
from tests.support.processes.ports import free_port

ODD_NAME = 'my shop\'s "best" 100%41 #1 é?$&;茶'
MOMENTS = (0.1, 0.5, 1.5, 3, 5, 8, 12, 17, 23, 30)
VERSIONS = ("3.11", "3.12", "3.13")
SETUP_SECONDS = 600.0
OTHER_USER = 65_534
MakeClone = Callable[[str], "Clone"]


class Clone:
    """A clone in which `make` runs."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bind = folder, f"127.0.0.1:{free_port()}"
        self.prefix: list[str] = []
        names = ("SHOP_", "_SHOP_", "FLASK_", "PYTEST_", "MAKE", "MFLAGS", "PYTHONPATH", "VIRTUAL_ENV")
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(names)}
        self.env["SHOP_BIND"] = self.bind
        archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True)
        folder.mkdir(parents=True)
        subprocess.run(["tar", "x"], cwd=folder, check=True, input=archive.stdout)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start `make` in a process group of its own, as a terminal does."""
        with (self.folder / "make.log").open("ab") as log:
            return subprocess.Popen(
                [*self.prefix, "make", *arguments],
                cwd=self.folder,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def make(self, *arguments: str) -> int:
        """Run `make` to its end; return its exit code."""
        return self.start(*arguments).wait(SETUP_SECONDS)

    @property
    def output(self) -> str:
        """Output of all runs of `make`."""
        return (self.folder / "make.log").read_text(errors="replace")

    def is_ready(self) -> bool:
        """Return True when the web server is ready."""
        try:
            with HttpClient(self.bind, timeout=1.0) as client:
                return client.get("/readyz").status == 200
        except OSError:
            return False

    def assert_runs_and_stops(self, *arguments: str) -> None:
        """Run `make run` until the shop is ready, and end it by `make stop`."""
        run = self.start("run", *arguments)
        assert wait_for(lambda: self.is_ready() or run.poll() is not None, SETUP_SECONDS)
        assert self.is_ready(), self.output
        assert self.make("stop") == 0
        assert run.wait(60) == 0, self.output

    def end(self) -> None:
        """Kill all processes that run in the folder."""
        for process in psutil.process_iter(["cwd"]):
            if process.info["cwd"] == str(self.folder):
                process.kill()


@pytest.fixture
def make_clone() -> Iterator[MakeClone]:
    root, clones = short_folder(), list[Clone]()

    def make(name: str) -> Clone:
        clones.append(Clone(root / name))
        return clones[-1]

    yield make
    for clone in clones:
        clone.end()
    remove_folder(root)


def test_a_set_up_that_was_interrupted_ten_times_is_completed(make_clone: MakeClone) -> None:
    clone = make_clone(ODD_NAME)
    for seconds in MOMENTS:
        run = clone.start("run")
        time.sleep(seconds)
        os.killpg(run.pid, signal.SIGINT)
        assert run.wait(120) != 0
        assert wait_for(lambda: not clone.is_ready(), 60)

    clone.assert_runs_and_stops()
    clone.assert_runs_and_stops()


def installed_pythons() -> list[str]:
    """Return an interpreter of each supported version that is installed here."""
    found = []
    for version in VERSIONS:
        own = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python3"))
        candidates = [*map(str, own), shutil.which(f"python{version}")]
        found += [
            name for name in candidates if name and subprocess.run([name, "-c", ""], check=False).returncode == 0
        ][:1]
    return found


@pytest.mark.parametrize("python", installed_pythons())
def test_a_clone_runs_with_each_python(make_clone: MakeClone, python: str) -> None:
    clone = make_clone("clone")

    clone.assert_runs_and_stops(f"PYTHON={python}")
    assert clone.make("clean") == 0
    assert not (clone.folder / ".venv").exists()
    assert (clone.folder / "var" / "shop.sqlite3").exists()
    assert clone.make("clean-data") == 0
    assert not (clone.folder / "var").exists()


def test_a_user_without_a_writable_home_runs_a_clone(make_clone: MakeClone) -> None:
    clone = make_clone("clone")
    clone.env |= {"HOME": "/nonexistent"}
    if os.geteuid() == 0:
        clone.prefix = ["setpriv", f"--reuid={OTHER_USER}", f"--regid={OTHER_USER}", "--clear-groups", "--"]
        clone.folder.parent.chmod(0o755)
        for path in (clone.folder, *clone.folder.rglob("*")):
            os.chown(path, OTHER_USER, OTHER_USER)

    clone.assert_runs_and_stops("PYTHON=/usr/bin/python3")


def test_the_checks_run_in_a_folder_with_an_odd_name(make_clone: MakeClone) -> None:
    clone = make_clone(ODD_NAME)
    assert clone.make("lint", "contracts") == 0, clone.output
