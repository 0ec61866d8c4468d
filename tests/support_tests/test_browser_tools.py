"""Search for a browser, and its installation through apt."""

from pathlib import Path

import pytest

from tests.support import browser_tools
from tests.support.browser_tools import ABSENT, BrowserAbsent
from tests.support_tests.test_mariadb_tools import create_apt, create_programs


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Limit PATH to one empty folder."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(browser_tools.VARIABLE, raising=False)
    monkeypatch.setattr(browser_tools, "PLACES", ())
    return tmp_path


def run_as_user(monkeypatch: pytest.MonkeyPatch, user_id: int) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user_id)


def test_a_browser_on_the_path_is_found(bare_machine: Path) -> None:
    create_programs(bare_machine, "google-chrome")

    assert browser_tools.require() == bare_machine / "google-chrome"


def test_the_configured_browser_comes_first(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_programs(bare_machine, "chromium")
    monkeypatch.setenv(browser_tools.VARIABLE, "/somewhere/chrome")

    assert browser_tools.require() == Path("/somewhere/chrome")


def test_root_installs_a_browser_through_apt(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_as_user(monkeypatch, 0)
    create_apt(bare_machine, 'test "$3" = update || install -m 755 /dev/null chromium')

    assert browser_tools.require() == bare_machine / "chromium"


def test_a_failed_installation_names_the_error_of_apt(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_as_user(monkeypatch, 0)
    create_apt(bare_machine, "echo no network >&2; exit 100")

    with pytest.raises(BrowserAbsent, match="no network"):
        browser_tools.require()


def test_an_ordinary_user_installs_nothing(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_as_user(monkeypatch, 1000)
    create_apt(bare_machine, "exit 0")

    with pytest.raises(BrowserAbsent) as absent:
        browser_tools.require()

    assert str(absent.value) == ABSENT
    assert not bare_machine.joinpath("calls").exists()
