"""Rotation of signing keys while the service runs."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from shop.cli import shop
from shop.core.crypto import signing_keys
from shop.core.crypto.tokens import Tokens
from shop.core.errors import ShopError
from shop.core.pagination.cursor import CursorSigner
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings
from tests.support.session_tokens import issue_access_token


@pytest.fixture(autouse=True)
def _check_the_key_file_at_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.core.crypto.tokens._KEY_CHECK_SECONDS", 0.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"active": "old", "keys": {"old": "o" * 48}}))
    return path


@pytest.fixture
def tokens(path: Path) -> Tokens:
    return Tokens(Settings(jwt_keys_file=str(path)))


def is_valid(tokens: Tokens, token: str) -> bool:
    try:
        return tokens.verify(token).user_id == 7
    except ShopError:
        return False


@pytest.mark.parametrize("algorithm", signing_keys.ALGORITHMS)
def test_keys_rotate_in_three_steps_without_signing_users_out(path: Path, tokens: Tokens, algorithm: str) -> None:
    slow = Tokens(tokens.settings)
    first = issue_access_token(tokens)

    signing_keys.add_key(path, "new", algorithm)
    assert slow.key_ring.active == "old"
    signing_keys.activate_key(path, "new")
    second = issue_access_token(tokens)
    assert all(is_valid(process, token) for process in (tokens, slow) for token in (first, second))

    signing_keys.remove_key(path, "old")
    assert not is_valid(tokens, first)
    assert is_valid(tokens, second)


def test_tokens_of_a_removed_key_are_refused_at_once(path: Path, tokens: Tokens) -> None:
    token = issue_access_token(tokens)
    assert is_valid(tokens, token)

    signing_keys.add_key(path, "new", "HS256")
    signing_keys.activate_key(path, "new")
    signing_keys.remove_key(path, "old")

    assert not is_valid(tokens, token)


@pytest.mark.parametrize(
    "text", ["", "{", '{"active": "x", "keys": {}}', '{"active": "old", "keys": {"old": "short"}}']
)
def test_an_invalid_file_leaves_the_keys_unchanged(path: Path, tokens: Tokens, text: str) -> None:
    token = issue_access_token(tokens)

    path.write_text(text)
    os.utime(path, ns=(1, 1))

    assert is_valid(tokens, token)
    assert is_valid(tokens, issue_access_token(tokens))


def test_a_cursor_is_valid_after_a_key_rotation(path: Path, tokens: Tokens) -> None:
    cursors = CursorSigner(tokens)
    cursor = cursors.sign({"id": 7})

    signing_keys.add_key(path, "new", "EdDSA")
    signing_keys.activate_key(path, "new")

    assert cursors.read(cursor, "id") == {"id": 7}


def test_a_failed_key_command_leaves_the_file_unchanged(path: Path) -> None:
    before = path.read_text()

    with pytest.raises(SettingsError):
        signing_keys.add_key(path, "old", "HS256")
    with pytest.raises(SettingsError):
        signing_keys.activate_key(path, "none")
    for kid in ("none", "old"):
        with pytest.raises(SettingsError):
            signing_keys.remove_key(path, kid)

    assert path.read_text() == before
    assert [file.name for file in path.parent.iterdir()] == ["keys.json"]


def test_a_changed_key_file_is_private(path: Path) -> None:
    signing_keys.add_key(path, "new", "EdDSA")
    assert path.stat().st_mode & 0o077 == 0


def test_a_public_key_verifies_and_does_not_sign(tmp_path: Path) -> None:
    private = signing_keys.new_key("EdDSA")
    public = {name: value for name, value in private.items() if name != "d"}
    issuer, reader = tmp_path / "issuer.json", tmp_path / "reader.json"
    issuer.write_text(json.dumps({"active": "ed", "keys": {"ed": private}}))
    reader.write_text(json.dumps({"active": "own", "keys": {"own": "o" * 48, "ed": public}}))

    token = issue_access_token(Tokens(Settings(jwt_keys_file=str(issuer))))

    assert is_valid(Tokens(Settings(jwt_keys_file=str(reader))), token)
    reader.write_text(json.dumps({"active": "ed", "keys": {"ed": public}}))
    with pytest.raises(SettingsError, match="holds only its public half"):
        Tokens(Settings(jwt_keys_file=str(reader))).check()


@pytest.mark.parametrize(
    "key", [{}, {"kty": "oct", "k": "AAAA"}, {"kty": "RSA", "n": "AQAB", "e": "AQAB"}, 7, None, []]
)
def test_a_key_of_another_type_stops_the_start(path: Path, tokens: Tokens, key: object) -> None:
    path.write_text(json.dumps({"active": "old", "keys": {"old": "o" * 48, "odd": key}}))
    with pytest.raises(SettingsError, match="holds no key under 'odd'"):
        tokens.check()


def test_the_key_commands_rotate_the_keys(path: Path) -> None:
    def run(*arguments: str) -> str:
        result = CliRunner().invoke(shop, ["keys", *arguments], env={"SHOP_JWT_KEYS_FILE": str(path)})
        return " ".join(result.output.split())

    assert run() == "old HS256 signs"
    assert [run("add", "new"), run("activate", "new")] == ["new verifies.", "new signs."]
    assert run() == "old HS256 verifies new EdDSA signs"
    assert "does not hold it" in run("remove", "new")
    assert run("remove", "old") == "old is gone."
    assert run() == "new EdDSA signs"
