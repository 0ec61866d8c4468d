"""Disabling and enabling of users."""

import pytest

from shop.constants.permission import Permission
from shop.core.crypto.passwords import Passwords
from tests.http.support.envelope import data_of
from tests.http.support.shop import API, Shop
from tests.http.test_accounts import PASSWORD, REGISTERED, SIGNED_IN, register, sign_in
from tests.http.test_role_assignment import NO_USER, OWN_RIGHTS, statuses
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.http import HttpClient

WRONG, INVALID = 401101, 401002


def test_a_disabled_user_is_unauthenticated_until_enabled(shop: Shop, client: HttpClient) -> None:
    account = data_of(register(shop, "disabled@example.com"), REGISTERED)
    path, token, admin = f"{API}/users/{account['user']['id']}", account["access_token"], shop.admin()
    assert statuses(shop, token, "/auth/me") == {200}

    assert data_of(client.post(f"{path}/disable", token=admin), 200)["disabled"] is True

    assert statuses(shop, token, "/auth/me") == {401}
    disabled, wrong_password = (
        sign_in(client, "disabled@example.com"),
        sign_in(client, "disabled@example.com", "Wrong-1"),
    )
    data_of(disabled, WRONG)
    assert (disabled.body, disabled.headers["WWW-Authenticate"]) == (
        wrong_password.body,
        wrong_password.headers["WWW-Authenticate"],
    )

    assert data_of(client.post(f"{path}/enable", token=admin), 200)["disabled"] is False
    # The old sessions stay ended; a new login succeeds.
    assert statuses(shop, token, "/auth/me") == {401}
    data_of(sign_in(client, "disabled@example.com"), SIGNED_IN)


def test_disabling_twice_keeps_the_first_time(shop: Shop, client: HttpClient) -> None:
    user, admin = shop.enter(), shop.admin()
    for _ in range(2):
        assert data_of(client.post(f"{API}/users/{user.id}/disable", token=admin), 200)["disabled"] is True
    first, last = (
        shop.query_value(f"SELECT {at} FROM users WHERE id = %s", user.id) for at in ("disabled_at", "updated_at")
    )
    assert first < last


def test_a_disabled_user_unknown_to_the_sale_gate_buys_nothing(shop: Shop, item: int, client: HttpClient) -> None:
    user = shop.enter()
    data_of(client.post(f"{API}/users/{user.id}/disable", token=shop.admin()), 200)

    data_of(shop.buy(item, user.token), INVALID)


@pytest.mark.parametrize("verb", ["disable", "enable"])
def test_own_account_and_users_of_another_tenant_cannot_be_disabled(shop: Shop, client: HttpClient, verb: str) -> None:
    clerk, foreign_user = shop.enter(Permission.USERS_DISABLE), shop.enter(tenant_id=2)

    data_of(client.post(f"{API}/users/{clerk.id}/{verb}", token=clerk.token), OWN_RIGHTS)
    data_of(client.post(f"{API}/users/{foreign_user.id}/{verb}", token=clerk.token), NO_USER)


def test_a_login_of_a_disabled_user_verifies_the_password(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"name": "Ann", "email": "ann@example.com", "password": PASSWORD}
    in_process_shop.send("POST", "/auth/register", None, body)
    in_process_shop.change_row("UPDATE users SET disabled_at = created_at WHERE email = %s", "ann@example.com")
    hashes: list[str | None] = []

    def verify(_: Passwords, password_hash: str | None, password: str) -> bool:
        hashes.append(password_hash)
        return password == PASSWORD

    monkeypatch.setattr(Passwords, "verify", verify)

    del body["name"]
    assert in_process_shop.send("POST", "/auth/login", None, body).status_code == 401

    # Exactly one hash is verified, the user's own, so that the time reveals nothing.
    assert [str(password_hash).startswith("$argon2") for password_hash in hashes] == [True]
