"""Registration and sign-in."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.http.support.envelope import assert_refused, data_of
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient, Response

PASSWORD = "Correct-horse-1"
REGISTERED, SIGNED_IN = 201101, 200102
NAME, EMAIL, TAKEN, WEAK = 422101, 422102, 422103, 422104


def register(shop: Shop, email: object, **fields: object) -> Response:
    with shop.client(timeout=30.0) as client:
        return client.post(f"{API}/auth/register", {"name": "Ann", "email": email, "password": PASSWORD, **fields})


def sign_in(client: HttpClient, email: str, password: str = PASSWORD) -> Response:
    return client.post(f"{API}/auth/login", {"email": email, "password": password})


def test_a_new_user_is_authenticated_after_registration_and_login(shop: Shop, client: HttpClient) -> None:
    answer = register(shop, "Ann@Example.com")

    account = data_of(answer, REGISTERED)
    assert account["token_type"] == "bearer"
    assert (account["user"]["name"], account["user"]["email"]) == ("Ann", "ann@example.com")
    assert account["user"]["roles"] == ["general"]
    own_account = client.get(answer.headers["Location"], token=account["access_token"])
    assert data_of(own_account, 200) == account["user"]

    session = data_of(sign_in(client, "ANN@example.com"), SIGNED_IN)
    assert data_of(client.post(f"{API}/auth/me", token=session["access_token"]), 200) == account["user"]
    assert session["expires_in"] == account["expires_in"] > 0


def test_the_registration_response_contains_no_password(shop: Shop) -> None:
    answer = register(shop, "quiet@example.com")

    assert b"password" not in answer.body
    assert b"argon2" not in answer.body


def test_twenty_concurrent_registrations_create_one_account(shop: Shop) -> None:
    spellings = [
        "twin@example.com",
        "Twin@example.com",
        " TWIN@EXAMPLE.COM",
        "twin@Example.Com  ",
        "  Twin@Example.com ",
    ] * 4

    with ThreadPoolExecutor(len(spellings)) as pool:
        answers = list(pool.map(lambda email: register(shop, email), spellings))

    assert sorted(answer.status for answer in answers) == [201] + [422] * 19
    for answer in answers:
        if answer.status == 422:
            assert_refused(answer, TAKEN, "email")


def test_emails_that_differ_by_an_accent_are_different(shop: Shop, client: HttpClient) -> None:
    assert [register(shop, f"{letter}va@exemple.com").status for letter in "eé"] == [201, 201]

    session = data_of(sign_in(client, "éva@exemple.com"), SIGNED_IN)
    own_account = data_of(client.get(f"{API}/auth/me", token=session["access_token"]), 200)
    assert own_account["email"] == "éva@exemple.com"


def test_each_violated_password_rule_has_a_message(shop: Shop) -> None:
    answer = register(shop, "weak@example.com", password="______")

    assert_refused(answer, WEAK, "password")
    assert len(answer.json["data"]["password"]) == 4


@pytest.mark.parametrize(
    "email", ["ann", "ann@", "@example.com", "a b@example.com", "ann@example.com\n", "a" * 250 + "@b.co"]
)
def test_an_invalid_email_is_refused(shop: Shop, email: str) -> None:
    assert_refused(register(shop, email), EMAIL, "email")


def test_a_registration_cannot_choose_a_role(shop: Shop) -> None:
    assert_refused(register(shop, "root@example.com", role="admin"), 422001, "role")


def test_fields_of_the_wrong_type_are_refused(shop: Shop) -> None:
    assert_refused(register(shop, {}, name=["Ann"], password=1), NAME, "name", "email", "password")


def test_a_wrong_password_and_an_unknown_email_get_the_same_response(shop: Shop, client: HttpClient) -> None:
    data_of(register(shop, "known@example.com"), REGISTERED)

    wrong_password, unknown_email = (
        sign_in(client, "known@example.com", "Wrong-1"),
        sign_in(client, "unknown@example.com"),
    )

    data_of(wrong_password, 401101)
    assert (wrong_password.body, wrong_password.headers["WWW-Authenticate"]) == (
        unknown_email.body,
        unknown_email.headers["WWW-Authenticate"],
    )
