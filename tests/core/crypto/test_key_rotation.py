"""Signing keys change while the service runs."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from shop.cli import shop
from shop.core.crypto import signing_keys as key_ring
from shop.core.crypto.tokens import Tokens
from shop.core.errors import ShopError
from shop.core.pagination.cursor import CursorSigner
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings
from tests.support.session_tokens import issue_access_token


@pytest.fixture(autouse=True)
def _looks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.core.crypto.tokens._KEY_CHECK_SECONDS", 0.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"active": "old", "keys": {"old": "o" * 48}}))
    return path


@pytest.fixture
def tokens(path: Path) -> Tokens:
    return Tokens(Settings(jwt_keys_file=str(path)))


def is_good(tokens: Tokens, token: str) -> bool:
    try:
        return tokens.verify(token).user_id == 7
    except ShopError:
        return False


@pytest.mark.parametrize("algorithm", key_ring.ALGORITHMS)
def test_keys_change_in_three_steps_and_nobody_is_signed_out(path: Path, tokens: Tokens, algorithm: str) -> None:
    slow = Tokens(tokens.settings)
    first = issue_access_token(tokens)

    key_ring.add_key(path, "new", algorithm)
    assert slow.key_ring.active == "old"
    key_ring.activate_key(path, "new")
    second = issue_access_token(tokens)
    assert all(is_good(process, token) for process in (tokens, slow) for token in (first, second))

    key_ring.remove_key(path, "old")
    assert not is_good(tokens, first)
    assert is_good(tokens, second)


def test_a_removed_key_is_not_remembered(path: Path, tokens: Tokens) -> None:
    token = issue_access_token(tokens)
    assert is_good(tokens, token)

    key_ring.add_key(path, "new", "HS256")
    key_ring.activate_key(path, "new")
    key_ring.remove_key(path, "old")

    assert not is_good(tokens, token)


@pytest.mark.parametrize(
    "text", ["", "{", '{"active": "x", "keys": {}}', '{"active": "old", "keys": {"old": "short"}}']
)
def test_a_file_that_went_bad_changes_nothing(path: Path, tokens: Tokens, text: str) -> None:
    token = issue_access_token(tokens)

    path.write_text(text)
    os.utime(path, ns=(1, 1))

    assert is_good(tokens, token)
    assert is_good(tokens, issue_access_token(tokens))


def test_a_cursor_outlives_a_change_of_keys(path: Path, tokens: Tokens) -> None:
    cursors = CursorSigner(tokens)
    cursor = cursors.sign({"id": 7})

    key_ring.add_key(path, "new", "EdDSA")
    key_ring.activate_key(path, "new")

    assert cursors.read(cursor, "id") == {"id": 7}


def test_a_mistake_with_a_key_leaves_the_file_as_it_was(path: Path) -> None:
    before = path.read_text()

    with pytest.raises(SettingsError):
        key_ring.add_key(path, "old", "HS256")
    with pytest.raises(SettingsError):
        key_ring.activate_key(path, "none")
    for kid in ("none", "old"):
        with pytest.raises(SettingsError):
            key_ring.remove_key(path, kid)

    assert path.read_text() == before
    assert [file.name for file in path.parent.iterdir()] == ["keys.json"]


def test_the_file_can_be_read_by_us_only(path: Path) -> None:
    key_ring.add_key(path, "new", "EdDSA")
    assert path.stat().st_mode & 0o077 == 0


def test_a_public_half_verifies_and_does_not_sign(tmp_path: Path) -> None:
    both = key_ring.new_key("EdDSA")
    half = {name: value for name, value in both.items() if name != "d"}
    issuer, reader = tmp_path / "issuer.json", tmp_path / "reader.json"
    issuer.write_text(json.dumps({"active": "ed", "keys": {"ed": both}}))
    reader.write_text(json.dumps({"active": "own", "keys": {"own": "o" * 48, "ed": half}}))

    token = issue_access_token(Tokens(Settings(jwt_keys_file=str(issuer))))

    assert is_good(Tokens(Settings(jwt_keys_file=str(reader))), token)
    reader.write_text(json.dumps({"active": "ed", "keys": {"ed": half}}))
    with pytest.raises(SettingsError, match="holds only its public half"):
        Tokens(Settings(jwt_keys_file=str(reader))).check()


@pytest.mark.parametrize(
    "key", [{}, {"kty": "oct", "k": "AAAA"}, {"kty": "RSA", "n": "AQAB", "e": "AQAB"}, 7, None, []]
)
def test_a_key_of_another_kind_refuses_to_start(path: Path, tokens: Tokens, key: object) -> None:
    path.write_text(json.dumps({"active": "old", "keys": {"old": "o" * 48, "odd": key}}))
    with pytest.raises(SettingsError, match="holds no key under 'odd'"):
        tokens.check()


def test_an_operator_changes_keys_without_an_editor(path: Path) -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(shop, ["keys", *words], env={"SHOP_JWT_KEYS_FILE": str(path)})
        return " ".join(done.output.split())

    assert run() == "old HS256 signs"
    assert [run("add", "new"), run("activate", "new")] == ["new verifies.", "new signs."]
    assert run() == "old HS256 verifies new EdDSA signs"
    assert "does not hold it" in run("remove", "new")
    assert run("remove", "old") == "old is gone."
    assert run() == "new EdDSA signs"
