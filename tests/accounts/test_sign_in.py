"""What signing in costs whom, and what it leaves."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from argon2 import PasswordHasher

from shop.constants.user import UserRole
from shop.core.crypto.passwords import Passwords
from shop.core.database.transaction import in_transaction
from shop.core.tenant import in_tenant
from shop.services.user import UserService
from tests.purchase.support.in_process_shop import InProcessShop

PASSWORD = "Correct-horse-1"
ANN = "ann@example.com"


@pytest.fixture
def registered_user(first_app: InProcessShop) -> dict[str, Any]:
    users = first_app.container.get(UserService)
    with in_tenant(1):
        in_transaction(first_app.database, lambda: users.ensure("Ann", ANN, PASSWORD, UserRole.GENERAL))
    return {"email": ANN, "password": PASSWORD}


@pytest.fixture
def count_hashing(
    first_app: InProcessShop, registered_user: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> list[bool]:
    """For each password that is hashed to be compared, whether it was a real one's turn."""
    seen: list[bool] = []
    passwords, verify = first_app.container.get(Passwords), PasswordHasher.verify

    def count(hasher: PasswordHasher, known: str, password: str) -> Any:
        seen.append(known != passwords._dummy_hash)
        return verify(hasher, known, password)

    assert registered_user
    passwords.warm_up()
    monkeypatch.setattr(PasswordHasher, "verify", count)
    return seen


def sign_in(shop: InProcessShop, **words: str) -> Any:
    return shop.http.post("/api/v1/auth/login", json=words)


def test_an_unknown_address_costs_the_hash_of_a_known_one(first_app: InProcessShop, count_hashing: list[bool]) -> None:
    for words in ({"email": ANN}, {"email": "nobody@example.com"}, {"name": "Ann"}, {"name": "Nobody"}):
        assert sign_in(first_app, **words, password="Wrong-1").status_code == 401

    assert count_hashing == [True, False, True, False]


def test_a_hash_by_older_settings_is_renewed_by_signing_in(
    first_app: InProcessShop, registered_user: dict[str, Any]
) -> None:
    cheap = PasswordHasher(1, 8, 1).hash(PASSWORD)
    first_app.change_row("UPDATE users SET password_hash = %s WHERE email = %s", cheap, ANN)

    assert sign_in(first_app, **registered_user).status_code == 200

    renewed = first_app.rows("SELECT password_hash FROM users")[0][0]
    assert renewed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert sign_in(first_app, **registered_user).status_code == 200


def test_a_password_that_changes_meanwhile_was_the_wrong_one(
    first_app: InProcessShop, registered_user: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords = first_app.container.get(Passwords)
    other, verify = passwords.hash("Another-one-9"), Passwords.verify

    def change_meanwhile(self: Passwords, known: str | None, password: str) -> bool:
        with ThreadPoolExecutor(1) as somebody_else:
            somebody_else.submit(
                first_app.change_row, "UPDATE users SET password_hash = %s WHERE email = %s", other, ANN
            )
        return verify(self, known, password)

    monkeypatch.setattr(Passwords, "verify", change_meanwhile)

    assert sign_in(first_app, **registered_user).status_code == 401
    assert first_app.rows("SELECT COUNT(*) FROM sessions") == [(0,)]


def test_nobody_waits_for_a_connection_while_a_password_is_compared(
    first_app: InProcessShop, registered_user: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    pool: Any = first_app.database.engine.pool
    verify, seen = Passwords.verify, []

    def look(self: Passwords, known: str | None, password: str) -> bool:
        seen.append(pool.checkedout())
        return verify(self, known, password)

    monkeypatch.setattr(Passwords, "verify", look)

    assert sign_in(first_app, **registered_user).status_code == 200
    assert seen == [0]


@pytest.mark.parametrize("password", ["Password1", "PASSWORd123", "Qwerty123", "Abc12345"])
def test_a_password_that_everybody_tries_first_is_refused(first_app: InProcessShop, password: str) -> None:
    words = {"name": "Bob", "email": "bob@example.com", "password": password}
    answer = first_app.http.post("/api/v1/auth/register", json=words)

    assert answer.get_json()["data"] == {"password": ["The password is one of those that are tried first."]}
