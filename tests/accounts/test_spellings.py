"""Addresses, names and passwords in several spellings of Unicode: one account, one budget, old rows stay."""

from datetime import UTC, datetime
from typing import Any

import pytest
from argon2 import PasswordHasher

from shop.constants.user import UserRole
from shop.core.crypto.passwords import Passwords
from shop.core.database.transaction import in_transaction
from shop.core.tenant import in_tenant
from shop.jobs.account import AccountJob
from shop.services.user import UserService
from tests.purchase.support.in_process_shop import InProcessShop, data_of

COMPOSED, DECOMPOSED = "zo\u00eb@spell.example", "zoe\u0308@spell.example"
PASSWORD = "Corr\u00e8ct-horse-1"
DECOMPOSED_PASSWORD = "Corre\u0300ct-horse-1"
SPELLINGS = (PASSWORD, DECOMPOSED_PASSWORD)
TAKEN, EMAIL, WRONG = 422103, 422102, 401101


def register(shop: InProcessShop, email: str, name: str = "Zo\u00eb", password: str = PASSWORD) -> Any:
    return shop.http.post("/api/v1/auth/register", json={"name": name, "email": email, "password": password})


def sign_in(shop: InProcessShop, password: str = PASSWORD, **account: str) -> Any:
    return shop.http.post("/api/v1/auth/login", json={**account, "password": password})


def add_row(shop: InProcessShop, email: str, password: str = PASSWORD, name: str = "Old") -> int:
    """Insert a user as an earlier release did: nothing is normalized."""
    now, hashed = datetime.now(UTC).replace(tzinfo=None), PasswordHasher(1, 8, 1).hash(password)
    shop.change_row(
        "INSERT INTO users (tenant_id, name, email, password_hash, roles, permissions, created_at, updated_at)"
        " VALUES (1, %s, %s, %s, 1, '', %s, %s)",
        name,
        email,
        hashed,
        now,
        now,
    )
    return int(shop.rows("SELECT MAX(id) FROM users")[0][0])


def owner(shop: InProcessShop, answer: Any) -> int:
    token = data_of(answer, 200102)["access_token"]
    return int(data_of(shop.send("GET", "/auth/me", token), 200)["id"])


@pytest.mark.parametrize("pair", [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED)], ids=["composed", "decomposed"])
def test_one_address_in_two_spellings_is_one_account(first_app: InProcessShop, pair: tuple[str, str]) -> None:
    account = data_of(register(first_app, pair[0]), 201101)["user"]

    data_of(register(first_app, pair[1]), TAKEN)

    assert account["email"] == COMPOSED
    for spelling in (*pair, pair[0].upper(), f" {pair[1]} "):
        assert owner(first_app, sign_in(first_app, email=spelling)) == account["id"]


def test_an_international_domain_is_one_domain_in_each_spelling(first_app: InProcessShop) -> None:
    account = data_of(register(first_app, "a@m\u00fcller.example"), 201101)["user"]

    for spelling in ("a@mu\u0308ller.example", "a@xn--mller-kva.example", "A@M\u00dcLLER.example"):
        data_of(register(first_app, spelling), TAKEN)
        assert owner(first_app, sign_in(first_app, email=spelling)) == account["id"]


@pytest.mark.parametrize("email", [f"a{letter}b@spell.example" for letter in "\u200b\u202e\ufe0f"])
def test_an_address_with_an_invisible_character_is_refused_at_sign_up_and_not_at_sign_in(
    first_app: InProcessShop, email: str
) -> None:
    data_of(register(first_app, email), EMAIL)
    data_of(sign_in(first_app, email=email), WRONG)

    user_id = add_row(first_app, email)

    assert owner(first_app, sign_in(first_app, email=email)) == user_id


@pytest.mark.parametrize("email", ["a@localhost", "a b@c", "a\u2028b@c.example", "a\u3164@\u200b"], ids=ascii)
def test_sign_in_refuses_no_address_for_its_letters(first_app: InProcessShop, email: str) -> None:
    data_of(sign_in(first_app, email=email), WRONG)


def test_rows_that_become_equal_stay_and_sign_in_by_their_own_spelling(first_app: InProcessShop) -> None:
    old, new = add_row(first_app, DECOMPOSED), add_row(first_app, COMPOSED)
    third = add_row(first_app, "b@xn--mller-kva.example")

    assert owner(first_app, sign_in(first_app, email=DECOMPOSED)) == old
    assert owner(first_app, sign_in(first_app, email=COMPOSED)) == new
    # No second account, and no other one either.
    data_of(register(first_app, "b@m\u00fcller.example"), TAKEN)
    assert owner(first_app, sign_in(first_app, email="b@m\u00fcller.example")) == third

    assert first_app.container.get(AccountJob).run() == [
        f"Tenant 1 has one e-mail address in 2 spellings: user {old} as 'zoe\\u0308@spell.example', "
        f"user {new} as 'zo\\xeb@spell.example'. Each signs in by its own."
    ]


def test_an_old_spelling_is_taken_for_commands_too(first_app: InProcessShop) -> None:
    users = first_app.container.get(UserService)
    add_row(first_app, DECOMPOSED)

    with in_tenant(1):
        ensured = in_transaction(first_app.database, lambda: users.ensure("Boss", COMPOSED, PASSWORD, UserRole.ADMIN))

    assert ensured is False
    assert first_app.rows("SELECT COUNT(*) FROM users") == [(1,)]


def test_a_name_signs_in_in_each_spelling_and_an_old_row_by_its_own(first_app: InProcessShop) -> None:
    old = add_row(first_app, "old@spell.example", name="Zoe\u0308 ")
    assert owner(first_app, sign_in(first_app, name="Zoe\u0308 ")) == old
    new = data_of(register(first_app, "new@spell.example", "  Zoe\u0308"), 201101)["user"]

    assert new["name"] == "Zo\u00eb"
    assert owner(first_app, sign_in(first_app, name="Zo\u00eb")) == new["id"]
    assert owner(first_app, sign_in(first_app, name="  Zo\u00eb ")) == new["id"]


@pytest.mark.parametrize(
    "typed", [(PASSWORD, DECOMPOSED_PASSWORD), (DECOMPOSED_PASSWORD, PASSWORD)], ids=["nfc", "nfd"]
)
def test_a_password_is_the_same_in_each_spelling(first_app: InProcessShop, typed: tuple[str, str]) -> None:
    token = data_of(register(first_app, COMPOSED, password=typed[0]), 201101)["access_token"]
    assert sign_in(first_app, typed[1], email=COMPOSED).status_code == 200

    body = {"current_password": typed[1], "new_password": f"{typed[0]}\ufb01"}
    assert first_app.send("PUT", "/auth/password", token, body).status_code == 200
    assert sign_in(first_app, f"{typed[1]}fi", email=COMPOSED).status_code == 200


def test_a_password_of_full_length_may_be_typed_decomposed(first_app: InProcessShop) -> None:
    password = "Aa1" + "\u00e8" * 125
    data_of(register(first_app, COMPOSED, password=password), 201101)

    assert sign_in(first_app, "Aa1" + "e\u0300" * 125, email=COMPOSED).status_code == 200
    assert register(first_app, "two@spell.example", password="Aa1" + "e\u0300" * 126).status_code == 422


def test_a_hash_of_the_raw_password_is_accepted_and_renewed(first_app: InProcessShop) -> None:
    passwords = first_app.container.get(Passwords)
    add_row(first_app, COMPOSED)
    raw = PasswordHasher(
        passwords.settings.argon2_time, passwords.settings.argon2_memory_kib, passwords.settings.argon2_lanes
    )
    first_app.change_row("UPDATE users SET password_hash = %s", raw.hash(DECOMPOSED_PASSWORD))
    assert sign_in(first_app, PASSWORD, email=COMPOSED).status_code == 401

    assert sign_in(first_app, DECOMPOSED_PASSWORD, email=COMPOSED).status_code == 200

    assert sign_in(first_app, PASSWORD, email=COMPOSED).status_code == 200
    renewed = first_app.rows("SELECT password_hash FROM users")
    assert sign_in(first_app, DECOMPOSED_PASSWORD, email=COMPOSED).status_code == 200
    assert first_app.rows("SELECT password_hash FROM users") == renewed


@pytest.fixture
def verified(first_app: InProcessShop, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the texts that are compared with a hash, of an account that exists."""
    texts: list[str] = []
    verify = PasswordHasher.verify

    def record(hasher: PasswordHasher, known: str, typed: str) -> Any:
        texts.append(typed)
        return verify(hasher, known, typed)

    data_of(register(first_app, COMPOSED), 201101)
    first_app.container.get(Passwords).warm_up()
    monkeypatch.setattr(PasswordHasher, "verify", record)
    return texts


@pytest.mark.parametrize("account", [{"email": COMPOSED}, {"email": "unknown@spell.example"}, {"name": "Unknown"}])
@pytest.mark.parametrize(("password", "count"), [("Wr\u00f6ng-1", 1), ("Wro\u0308ng-1", 2), ("\uff37rong-1", 2)])
def test_the_number_of_verifications_depends_on_the_password_only(
    first_app: InProcessShop, verified: list[str], account: dict[str, str], password: str, count: int
) -> None:
    assert sign_in(first_app, password, **account).status_code == 401
    assert len(verified) == count


def test_a_success_takes_two_verifications_too_when_the_spelling_differs(
    first_app: InProcessShop, verified: list[str]
) -> None:
    assert sign_in(first_app, DECOMPOSED_PASSWORD, email=COMPOSED).status_code == 200
    assert sorted(verified) == sorted(SPELLINGS)
