"""Commands on a terminal: questions before something is destroyed, and progress of long ones."""

import os
import pty
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from shop.cli import shop

pytestmark = pytest.mark.slow


class Terminal:
    """A terminal of which a test reads the screen and types the answers."""

    def __init__(self) -> None:
        self._test_end, self._command_end = pty.openpty()

    def run(self, monkeypatch: pytest.MonkeyPatch, typed: str, *arguments: str) -> tuple[int, str]:
        """Run a command of `flask shop`; return its exit code and what was on the screen."""
        os.write(self._test_end, typed.encode())
        with (
            os.fdopen(os.dup(self._command_end), "r") as stdin,
            os.fdopen(os.dup(self._command_end), "w", buffering=1) as stderr,
            monkeypatch.context() as patch,
        ):
            patch.setattr(sys, "stdin", stdin)
            patch.setattr(sys, "stderr", stderr)
            return _run_command(arguments), self._read()

    def _read(self) -> str:
        os.write(self._command_end, b"\0")
        screen = b""
        while not screen.endswith(b"\0"):
            screen += os.read(self._test_end, 65536)
        return screen.decode()

    def close(self) -> None:
        """Close both ends."""
        os.close(self._test_end)
        os.close(self._command_end)


def _run_command(arguments: tuple[str, ...]) -> int:
    try:
        shop.main(list(arguments), standalone_mode=False)
    except click.Abort:
        return 1
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


RunOnTerminal = Callable[..., tuple[int, str]]


@pytest.fixture
def migrated(tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of a migrated SQLite file."""
    monkeypatch.chdir(tmp_path)
    for name, value in {"SHOP_VAR": str(tmp_path), "SHOP_REDIS_URL": redis_url}.items():
        monkeypatch.setenv(name, value)
    assert run_as_script("migrate").exit_code == 0
    return tmp_path


@pytest.fixture
def run_on_terminal(migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunOnTerminal]:
    """Run a command on a terminal; the first argument is typed."""
    assert migrated
    terminal = Terminal()
    yield lambda typed, *arguments: terminal.run(monkeypatch, typed, *arguments)
    terminal.close()


def run_as_script(*arguments: str) -> Any:
    return CliRunner().invoke(shop, arguments)


def is_disabled(slug: str) -> bool:
    lines = run_as_script("tenants").stdout.splitlines()
    return any(line.split()[1] == slug and line.endswith("disabled") for line in lines)


def test_disabling_a_tenant_asks_on_a_terminal(run_on_terminal: RunOnTerminal) -> None:
    code, screen = run_on_terminal("n\n", "tenants", "disable", "default")

    assert code == 1
    assert "All requests without X-Tenant select it" in screen
    assert not is_disabled("default")
    assert run_on_terminal("y\n", "tenants", "disable", "default")[0] == 0
    assert is_disabled("default")


def test_yes_skips_the_question(run_on_terminal: RunOnTerminal) -> None:
    code, screen = run_on_terminal("", "tenants", "disable", "default", "--yes")

    assert (code, screen) == (0, "\0")
    assert is_disabled("default")


@pytest.mark.usefixtures("migrated")
def test_a_script_is_not_asked() -> None:
    assert run_as_script("tenants", "disable", "default").exit_code == 0
    assert is_disabled("default")


def test_removing_a_key_asks_on_a_terminal(run_on_terminal: RunOnTerminal) -> None:
    assert run_as_script("keys").exit_code == 0
    assert run_as_script("keys", "add", "new").exit_code == 0

    code, screen = run_on_terminal("n\n", "keys", "remove", "new")

    assert code == 1
    assert "signed out" in screen
    assert "new" in run_as_script("keys").stdout
    assert run_on_terminal("y\n", "keys", "remove", "new")[0] == 0
    assert "new" not in run_as_script("keys").stdout


def test_discarding_a_dead_letter_asks_on_a_terminal(run_on_terminal: RunOnTerminal) -> None:
    code, screen = run_on_terminal("n\n", "dead-letters", "--discard", "3/1-0")
    assert (code, "Discard it?" in screen, "no dead letter" in screen) == (1, True, False)

    with pytest.raises(click.ClickException, match="There is no dead letter 3/1-0"):
        run_on_terminal("y\n", "dead-letters", "--discard", "3/1-0")


@pytest.mark.parametrize(
    ("arguments", "label"),
    [
        (("migrate",), "Migrating"),
        (("verify",), "Checking items"),
        (("sync",), "Comparing batches of items"),
        (("purge",), "Deleting expired records"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_long_command_shows_progress_on_a_terminal_only(
    run_on_terminal: RunOnTerminal, arguments: tuple[str, ...], label: str
) -> None:
    code, screen = run_on_terminal("", *arguments)
    assert (code, f"{label}  [" in screen) == (0, True)

    result = run_as_script(*arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    assert label not in result.output


@pytest.mark.usefixtures("migrated")
def test_empty_lists_say_so_beside_the_output_of_scripts() -> None:
    result = run_as_script("dead-letters")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "There are no dead letters.\n")
