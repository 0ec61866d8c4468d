"""Targets of the Makefile that make and remove the environment and the data, with a program in place of Python."""

import os
import pty
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.delivery.delivery_files import ROOT
from tests.support.polling import wait_for

# Stands for Python, venv, pip and uv: each step takes a moment, so that a signal can arrive in it.
PROGRAM = """#!/bin/sh
echo "$@" >> "{log}"
case "$*" in
  "-m venv"*) mkdir -p .venv/bin; cp "$0" .venv/bin/python; sleep {pause};;
  *"-m pip install"*|*"-m uv"*) sleep {pause};;
esac
"""
# Everything that make and a shell could misread.
ODD_NAME = 'my shop\'s "best" 100%41 #1 é?$&;茶'


class Copy:
    """A folder with the Makefile and a program in place of Python."""

    def __init__(self, folder: Path, pause: str = "0") -> None:
        self.folder, self.log = folder, folder / "commands"
        folder.mkdir()
        (folder / ".ci").mkdir()
        for name in ("Makefile", "requirements.lock", "setup.cfg", ".ci/installer.lock"):
            shutil.copy(ROOT / name, folder / name)
        self.write_program(pause)

    def write_program(self, pause: str) -> None:
        """Write the program, whose steps take `pause` seconds each."""
        program = self.folder / "python"
        program.write_text(PROGRAM.replace("{log}", "commands").replace("{pause}", pause))
        program.chmod(0o755)

    def start(self, *arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        """Start `make` in a process group of its own."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
        return subprocess.Popen(
            ["make", "PYTHON=./python", *arguments],
            cwd=self.folder,
            env=environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )

    def make(self, *arguments: str, stdin: int = subprocess.DEVNULL) -> tuple[int, str]:
        """Run `make`; return its exit code and output."""
        process = self.start(*arguments, stdin=stdin)
        output, _ = process.communicate(timeout=60)
        return process.returncode, output

    @property
    def commands(self) -> list[str]:
        """Commands of the program so far."""
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / ODD_NAME)


def test_the_shop_runs_by_modules_in_a_folder_with_an_odd_name(copy: Copy) -> None:
    code, output = copy.make("run")
    assert (code, copy.commands[-1]) == (0, "-m flask shop up"), output


# Commands after which the signal comes: the version, venv, pip.
@pytest.mark.parametrize("count", [1, 2, 3])
def test_an_interrupted_environment_is_made_anew(tmp_path: Path, count: int) -> None:
    copy = Copy(tmp_path / "clone", pause="0.7")
    first = copy.start("run")
    assert wait_for(lambda: len(copy.commands) >= count, 30)
    os.killpg(first.pid, signal.SIGINT)
    first.communicate(timeout=60)
    assert not (copy.folder / ".venv" / ".ready").exists()
    leftover = copy.folder / ".venv" / "half"
    leftover.parent.mkdir(exist_ok=True)
    leftover.touch()

    copy.write_program("0")
    code, output = copy.make("run")

    assert code == 0, output
    assert "is not complete; it is made anew" in output
    assert not leftover.exists()
    assert (copy.folder / ".venv" / ".ready").exists()


def test_an_interrupted_update_is_made_anew(copy: Copy) -> None:
    assert copy.make("run")[0] == 0
    copy.write_program("5")
    shutil.copy(copy.folder / "python", copy.folder / ".venv" / "bin" / "python")
    (copy.folder / "setup.cfg").touch()
    later = (copy.folder / ".venv" / ".ready").stat().st_mtime + 10
    os.utime(copy.folder / "setup.cfg", (later, later))
    before = len(copy.commands)

    update = copy.start("run")
    assert wait_for(lambda: len(copy.commands) > before + 1, 30)
    os.killpg(update.pid, signal.SIGINT)
    update.communicate(timeout=60)

    assert not (copy.folder / ".venv" / ".ready").exists()


def test_a_complete_environment_is_not_made_again(copy: Copy) -> None:
    copy.make("run")
    before = len(copy.commands)
    assert copy.make("run")[0] == 0
    assert copy.commands[before:] == ["-m flask shop up"]


def fill(folder: Path) -> None:
    for name in (".venv/bin/x", "build/x", "site/x", "shop.egg-info/x", ".mypy_cache/x", "shop/__pycache__/x"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (folder / "var").mkdir()
    (folder / "var" / "shop.sqlite3").touch()


def test_clean_removes_what_was_generated_and_leaves_the_data(copy: Copy) -> None:
    fill(copy.folder)
    assert copy.make("clean")[0] == 0
    left = {path.name for path in copy.folder.iterdir()}
    assert left == {"Makefile", "requirements.lock", "setup.cfg", ".ci", "python", "shop", "var"}
    assert (copy.folder / "var" / "shop.sqlite3").exists()
    assert list((copy.folder / "shop").iterdir()) == []


@pytest.mark.parametrize(("typed", "left"), [("n\n", True), ("\n", True), ("y\n", False)])
def test_the_data_are_deleted_after_a_question_on_a_terminal(copy: Copy, typed: str, left: bool) -> None:
    fill(copy.folder)
    test_end, terminal = pty.openpty()
    os.write(test_end, typed.encode())

    code, output = copy.make("clean-data", stdin=terminal)

    assert "Delete accounts, orders and signing keys in var/? [y/N]" in output
    assert ((copy.folder / "var").exists(), code != 0) == (left, left)
    os.close(test_end)
    os.close(terminal)


def test_a_script_deletes_the_data_without_a_question(copy: Copy) -> None:
    fill(copy.folder)
    assert copy.make("clean-data")[0] == 0
    assert not (copy.folder / "var").exists()


@pytest.mark.parametrize("target", ["clean", "clean-data"])
def test_nothing_is_removed_under_a_running_shop(copy: Copy, target: str) -> None:
    fill(copy.folder)
    program = copy.folder / "flask"
    program.write_text("#!/bin/sh\nread line\n")
    with subprocess.Popen(["/bin/sh", str(program), "shop", "up"], stdin=subprocess.PIPE) as running:
        (copy.folder / "var" / "up.pid").write_text(str(running.pid))
        code, output = copy.make(target)
        running.communicate()

    assert code != 0
    assert f"shop runs with pid {running.pid}; end it by: make stop" in output
    assert (copy.folder / "var" / "shop.sqlite3").exists()
    assert (copy.folder / ".venv").exists()
