"""Key files: errors at the start, and creation."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from shop.app import create_app
from shop.core.crypto.signing_keys import keys_file
from shop.core.crypto.tokens import Tokens
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings
from tests.support.session_tokens import issue_access_token

pytestmark = pytest.mark.slow
LONG = "k" * 32
ISSUE = "import sys; from shop.core.settings.settings import Settings; from shop.core.crypto.tokens import Tokens\n"
ISSUE += "from tests.support.session_tokens import issue_access_token as issue\n"
ISSUE += "print(issue(Tokens(Settings(var=sys.argv[1]))))"


def write(folder: Path, text: str) -> Settings:
    path = folder / "keys.json"
    path.write_text(text)
    return Settings(var=str(folder), jwt_keys_file=str(path))


def keys(active: str, **secrets: str) -> str:
    return json.dumps({"active": active, "keys": secrets})


@pytest.mark.parametrize("secret", ["", "short", "k" * 31])
def test_a_short_key_stops_the_start(tmp_path: Path, secret: str) -> None:
    settings = write(tmp_path, keys("long", long=LONG, weak=secret))
    with pytest.raises(SettingsError, match=r"holds keys shorter than 32 bytes: weak\.$"):
        create_app(settings)


def test_a_pem_text_under_hs256_stops_the_start(tmp_path: Path) -> None:
    pem = f"-----BEGIN PRIVATE KEY-----\n{LONG}\n-----END PRIVATE KEY-----\n"
    with pytest.raises(SettingsError, match="holds no key under 'old'"):
        create_app(write(tmp_path, keys("new", new=LONG, old=pem)))


def test_the_key_length_is_counted_in_bytes(tmp_path: Path) -> None:
    Tokens(write(tmp_path, keys("one", one="é" * 16))).check()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '"x"', "{}", '{"active": "a"}', '{"active": "a", "keys": []}', '{"active": "a", "keys": 1}']
)
def test_a_malformed_file_stops_the_start(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="SHOP_JWT_KEYS_FILE is no file of signing keys"):
        create_app(write(tmp_path, text))


def test_a_missing_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SHOP_JWT_KEYS_FILE is no file of signing keys"):
        create_app(Settings(var=str(tmp_path), jwt_keys_file=str(tmp_path / "none")))


def test_a_missing_active_key_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="names the active key 'new' but does not hold it"):
        create_app(write(tmp_path, keys("new", old=LONG)))


def test_the_error_message_does_not_contain_a_secret(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        create_app(write(tmp_path, keys("new", old="hunter2")))
    assert "hunter2" not in str(raised.value)


def test_production_without_a_key_file_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SHOP_JWT_KEYS_FILE must name a file"):
        create_app(Settings(env="production", var=str(tmp_path)))
    assert list(tmp_path.iterdir()) == []


def test_outside_production_the_first_start_creates_a_private_file(tmp_path: Path) -> None:
    settings = Settings(var=str(tmp_path / "var"))
    Tokens(settings).check()
    assert keys_file(settings).stat().st_mode & 0o077 == 0
    assert [file.name for file in (tmp_path / "var").iterdir()] == ["jwt-keys.json"]


def test_the_second_start_uses_the_same_file(tmp_path: Path) -> None:
    settings = Settings(var=str(tmp_path))
    token = issue_access_token(Tokens(settings))
    assert Tokens(settings).verify(token).user_id == 7


def test_processes_that_start_at_the_same_time_share_one_key(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ISSUE, str(tmp_path)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    issued = [process.communicate(timeout=30)[0].strip() for process in started]
    tokens = Tokens(Settings(var=str(tmp_path)))
    assert [tokens.verify(token).user_id for token in issued] == [7] * 6
    assert [file.name for file in tmp_path.iterdir()] == ["jwt-keys.json"]


def test_a_process_that_loses_the_race_uses_the_first_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = issue_access_token(Tokens(Settings(var=str(tmp_path))))
    path = tmp_path / "jwt-keys.json"
    monkeypatch.setattr(Path, "exists", lambda file: file != path)  # both processes see no file
    assert Tokens(Settings(var=str(tmp_path))).verify(first).user_id == 7
    assert [file.name for file in tmp_path.iterdir()] == ["jwt-keys.json"]
