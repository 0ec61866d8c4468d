"""Sign-in: password hashing, database connections and common passwords."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from argon2 import PasswordHasher

from shop.constants.user import UserRole
from shop.core.crypto.passwords import PasswordMatch, Passwords
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
    """Record the comparisons of passwords.

    True for the hash of an account, False for the dummy hash.
    """
    comparisons: list[bool] = []
    passwords, verify = first_app.container.get(Passwords), PasswordHasher.verify

    def count(hasher: PasswordHasher, known: str, password: str) -> Any:
        comparisons.append(known != passwords._dummy_hash)
        return verify(hasher, known, password)

    assert registered_user
    passwords.warm_up()
    monkeypatch.setattr(PasswordHasher, "verify", count)
    return comparisons


def sign_in(shop: InProcessShop, **credentials: str) -> Any:
    return shop.http.post("/api/v1/auth/login", json=credentials)


def test_a_login_of_an_unknown_account_computes_a_hash_too(first_app: InProcessShop, count_hashing: list[bool]) -> None:
    for account in ({"email": ANN}, {"email": "unknown@example.com"}, {"name": "Ann"}, {"name": "Unknown"}):
        assert sign_in(first_app, **account, password="Wrong-1").status_code == 401

    assert count_hashing == [True, False, True, False]


def test_a_hash_of_older_settings_is_renewed_at_sign_in(
    first_app: InProcessShop, registered_user: dict[str, Any]
) -> None:
    old_hash = PasswordHasher(2, 16, 1).hash(PASSWORD)
    first_app.change_row("UPDATE users SET password_hash = %s WHERE email = %s", old_hash, ANN)

    assert sign_in(first_app, **registered_user).status_code == 200

    renewed = first_app.rows("SELECT password_hash FROM users")[0][0]
    assert renewed.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert sign_in(first_app, **registered_user).status_code == 200


def test_a_password_that_changes_during_the_sign_in_is_refused(
    first_app: InProcessShop, registered_user: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords = first_app.container.get(Passwords)
    new_hash, verify = passwords.hash("Another-one-9"), Passwords.verify

    def change_and_verify(self: Passwords, known: str | None, password: str) -> PasswordMatch:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(first_app.change_row, "UPDATE users SET password_hash = %s WHERE email = %s", new_hash, ANN)
        return verify(self, known, password)

    monkeypatch.setattr(Passwords, "verify", change_and_verify)

    assert sign_in(first_app, **registered_user).status_code == 401
    assert first_app.rows("SELECT COUNT(*) FROM sessions") == [(0,)]


def test_a_password_comparison_holds_no_database_connection(
    first_app: InProcessShop, registered_user: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    pool: Any = first_app.database.engine.pool
    verify, connections = Passwords.verify, []

    def record_connections(self: Passwords, known: str | None, password: str) -> PasswordMatch:
        connections.append(pool.checkedout())
        return verify(self, known, password)

    monkeypatch.setattr(Passwords, "verify", record_connections)

    assert sign_in(first_app, **registered_user).status_code == 200
    assert connections == [0]


@pytest.mark.parametrize("password", ["Password1", "PASSWORd123", "Qwerty123", "Abc12345"])
def test_a_common_password_is_refused(first_app: InProcessShop, password: str) -> None:
    body = {"name": "Bob", "email": "bob@example.com", "password": password}
    response = first_app.http.post("/api/v1/auth/register", json=body)

    assert response.get_json()["data"] == {"password": ["The password is one of those that are tried first."]}
