"""Secrets that `deploy/make-secrets` writes."""

import base64
import json
import stat
import subprocess
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from tests.delivery.delivery_files import ROOT, read_yaml, services


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return _make_secrets(tmp_path / "secrets")


def _make_secrets(folder: Path) -> Path:
    subprocess.run([ROOT / "deploy" / "make-secrets", folder], check=True)
    return folder


def test_the_script_writes_the_files_that_the_compose_file_mounts(folder: Path) -> None:
    mounted = {Path(secret["file"]).name for secret in read_yaml("docker-compose.yml")["secrets"].values()}
    assert {path.name for path in folder.iterdir()} == mounted


def test_the_compose_file_reads_the_folder_of_the_script() -> None:
    files = [Path(secret["file"]) for secret in read_yaml("docker-compose.yml")["secrets"].values()]
    assert {path.parent for path in files} == {Path("deploy/secrets")}


def test_the_signing_key_is_long_enough_and_active(folder: Path) -> None:
    keys = json.loads((folder / "jwt_keys.json").read_text())
    secret = keys["keys"][keys["active"]]
    assert len(base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))) >= 32


def test_the_database_url_contains_the_password_of_the_server(folder: Path) -> None:
    url = make_url((folder / "database_url").read_text().strip())
    environment = services()["mysql"]["environment"]
    assert url.password == (folder / "mysql_password").read_text().strip()
    assert (url.drivername, url.host) == ("mysql+pymysql", "mysql")
    assert (url.username, url.database) == (environment["MYSQL_USER"], environment["MYSQL_DATABASE"])


def test_the_redis_url_contains_the_password_of_the_server(folder: Path) -> None:
    url = make_url((folder / "redis_url").read_text().strip())
    assert (folder / "redis_auth.conf").read_text() == f"requirepass {url.password}\n"
    assert (url.host, url.port) == ("redis", 6379)


def test_a_second_run_changes_nothing(folder: Path) -> None:
    before = {path.name: path.read_text() for path in folder.iterdir()}
    _make_secrets(folder)
    assert {path.name: path.read_text() for path in folder.iterdir()} == before


def test_two_installations_share_no_secret(folder: Path, tmp_path: Path) -> None:
    other = _make_secrets(tmp_path / "other")
    assert [path.name for path in folder.iterdir() if path.read_text() == (other / path.name).read_text()] == []


def test_the_folder_is_private_and_containers_may_read_the_files(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o644}


def test_git_ignores_the_secrets() -> None:
    assert (ROOT / "deploy/secrets/.gitignore").read_text().splitlines() == ["*", "!.gitignore"]
