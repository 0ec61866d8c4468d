"""Error messages and output of the command line."""

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shop.cli import shop

pytestmark = pytest.mark.slow


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "", **environment: str) -> Result:
    monkeypatch.chdir(folder)
    return CliRunner().invoke(shop, arguments, env={"SHOP_VAR": str(folder), **environment}, input=typed)


def test_a_bad_value_prints_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(tmp_path, monkeypatch, "settings", SHOP_WEB_WORKERS="many")
    assert result.exit_code == 1
    assert result.stderr == "Error: SHOP_WEB_WORKERS must be a whole number, not 'many'.\n"


@pytest.mark.parametrize("command", ["web", "up"])
def test_a_weak_key_prints_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    (tmp_path / "keys.json").write_text(json.dumps({"active": "a", "keys": {"a": "short"}}))
    keys = {"SHOP_JWT_KEYS_FILE": "keys.json", "SHOP_REDIS_URL": "unix:///nowhere.sock"}
    result = run(tmp_path, monkeypatch, command, **keys)
    assert result.exit_code == 1
    assert result.stderr.endswith("Error: SHOP_JWT_KEYS_FILE holds keys shorter than 32 bytes: a.\n")


def test_settings_are_printed_with_secrets_masked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(tmp_path, monkeypatch, "settings", SHOP_ADMIN_PASSWORD="hunter2", SHOP_WEB_WORKERS="3")
    assert "SHOP_ADMIN_PASSWORD=***\n" in result.stdout
    assert "SHOP_WEB_WORKERS=3\n" in result.stdout
    assert "hunter2" not in result.output


def test_the_wiring_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = run(tmp_path, monkeypatch, "wiring").stdout.splitlines()
    assert ["ItemRepository"] in [line.split() for line in lines]
    assert any(line.startswith("ItemService ") and "ItemRepository" in line for line in lines)


@pytest.mark.parametrize("command", ["up", "web"])
def test_an_address_in_use_prints_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        result = run(tmp_path, monkeypatch, command, SHOP_BIND=bind)

    assert result.exit_code == 1
    assert result.stderr.strip().splitlines()[-1].startswith(f"Error: SHOP_BIND={bind} cannot be served")


def test_an_audit_without_redis_prints_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(tmp_path, monkeypatch, "verify", SHOP_REDIS_URL="unix:///nowhere/valkey.sock")

    assert result.exit_code == 1
    assert result.stderr.strip().splitlines()[-1].startswith("Error: Redis does not answer")


def test_a_purge_without_a_database_prints_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(tmp_path, monkeypatch, "purge", SHOP_VAR=str(tmp_path / "nowhere"))
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: The database does not answer: ")


def test_the_password_of_a_new_administrator_is_prompted_twice_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, monkeypatch, "migrate")
    arguments = ("tenants", "add", "acme", "--admin-email", "boss@acme.example")

    result = run(tmp_path, monkeypatch, *arguments, typed="Correct-horse-1\nCorrect-horse-1\n")

    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "acme is tenant 2.")
    assert "Correct" not in result.output
    listed = run(tmp_path, monkeypatch, "tenants").stdout.split()
    assert listed == ["1", "default", "Default", "2", "acme", "acme"]
