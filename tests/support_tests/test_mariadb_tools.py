"""Search for the programs of MariaDB, and their installation through apt."""

from pathlib import Path

import pytest

from tests.support.servers import mariadb_tools
from tests.support.servers.mariadb_tools import ABSENT, MariaDBAbsent, Tools


def create_programs(folder: Path, *names: str) -> None:
    for name in names:
        folder.joinpath(name).touch(mode=0o755)


def create_apt(folder: Path, body: str) -> None:
    create_programs(folder, "apt-get")
    head = '#!/bin/sh\nPATH=/usr/bin:/bin\ncd "$(dirname "$0")"\necho "$* $DEBIAN_FRONTEND" >> calls\n'
    folder.joinpath("apt-get").write_text(f"{head}{body}\n")


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Simulate a machine without programs, and return its empty folder of programs."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(mariadb_tools, "_FOLDERS", ())
    return tmp_path


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)


def test_a_complete_mariadb_is_found(tmp_path: Path) -> None:
    create_programs(tmp_path, "mariadbd", "mariadb-install-db", "my_print_defaults")

    tools = mariadb_tools.find([str(tmp_path)])

    assert tools == Tools(tmp_path / "mariadbd", tmp_path / "mariadb-install-db")


def test_programs_with_the_old_names_are_found(tmp_path: Path) -> None:
    create_programs(tmp_path, "mysqld", "mysql_install_db", "my_print_defaults")

    tools = mariadb_tools.find([str(tmp_path)])

    assert tools == Tools(tmp_path / "mysqld", tmp_path / "mysql_install_db")


def test_a_mysqld_of_mysql_is_not_a_mariadb(tmp_path: Path) -> None:
    create_programs(tmp_path, "mysqld", "my_print_defaults")

    assert mariadb_tools.find([str(tmp_path)]) is None


def test_a_server_without_the_client_package_is_incomplete(tmp_path: Path) -> None:
    create_programs(tmp_path, "mariadbd", "mariadb-install-db")

    assert mariadb_tools.find([str(tmp_path)]) is None


def test_folders_outside_the_path_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    assert "/usr/sbin" in mariadb_tools.search_path()
    assert "/opt/homebrew/bin" in mariadb_tools.search_path()


@pytest.mark.usefixtures("bare_machine", "as_root")
def test_without_mariadb_and_apt_the_error_names_the_packages() -> None:
    with pytest.raises(MariaDBAbsent) as absent:
        mariadb_tools.require()

    assert str(absent.value) == ABSENT


@pytest.mark.usefixtures("as_root")
def test_mariadb_is_installed_for_root_with_apt(bare_machine: Path) -> None:
    create_apt(bare_machine, 'test "$3" = update || install -m 755 /dev/null mariadbd')
    create_programs(bare_machine, "mariadb-install-db", "my_print_defaults")

    tools = mariadb_tools.require()

    assert tools.server == bare_machine / "mariadbd"
    assert bare_machine.joinpath("calls").read_text().splitlines() == [
        "-o DPkg::Lock::Timeout=120 update --quiet noninteractive",
        "-o DPkg::Lock::Timeout=120 install --quiet --yes --no-install-recommends"
        " mariadb-server-core mariadb-client-core noninteractive",
    ]


@pytest.mark.usefixtures("as_root")
def test_a_failed_installation_reports_its_output(bare_machine: Path) -> None:
    create_apt(bare_machine, "echo no network >&2; exit 100")

    with pytest.raises(MariaDBAbsent, match="no network"):
        mariadb_tools.require()


def test_only_root_installs_mariadb(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_apt(bare_machine, "exit 0")
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    with pytest.raises(MariaDBAbsent):
        mariadb_tools.require()

    assert not bare_machine.joinpath("calls").exists()
