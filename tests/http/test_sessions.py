"""Sessions: refresh, sign-out, list and password change."""

from uuid import uuid4

import pytest

from shop.core.crypto.tokens import Tokens
from tests.http.support.account_client import ENDED, PASSWORD, SPENT, Account, open_account
from tests.http.support.envelope import assert_refused, data_of
from tests.http.support.shop import API, Shop

WRONG_CREDENTIALS = 401101


@pytest.fixture
def registered_user(shop: Shop) -> Account:
    return open_account(shop)


@pytest.mark.parametrize("verb", ["POST", "DELETE"])
def test_signing_out_revokes_both_tokens(registered_user: Account, verb: str) -> None:
    other_session = registered_user.sign_in()

    assert data_of(registered_user.send(verb, "logout", token=registered_user.access), 200) == {}

    data_of(registered_user.read_own(), ENDED)
    data_of(registered_user.refresh(), SPENT)
    data_of(other_session.read_own(), 200)


def test_a_signed_out_user_cannot_buy(registered_user: Account, item: int) -> None:
    data_of(registered_user.shop.buy(item, registered_user.access), 202)

    registered_user.send("POST", "logout", token=registered_user.access)

    data_of(registered_user.shop.buy(item, registered_user.access), ENDED)


def test_signing_out_everywhere_ends_every_session(registered_user: Account) -> None:
    sessions = [registered_user, registered_user.sign_in(), registered_user.sign_in()]

    data_of(registered_user.send("POST", "logout-all", token=registered_user.access), 200)

    for session in sessions:
        data_of(session.read_own(), ENDED)
        data_of(session.refresh(), SPENT)
    data_of(registered_user.sign_in().read_own(), 200)


def test_sessions_are_listed_and_ended_one_by_one(registered_user: Account) -> None:
    other_session = registered_user.sign_in()
    listed = data_of(registered_user.send("GET", "sessions", token=registered_user.access), 200)
    session_id = next(session["id"] for session in listed["data"] if not session["current"])

    data_of(registered_user.send("DELETE", f"sessions/{session_id}", token=registered_user.access), 200)

    assert [session["current"] for session in listed["data"]] == [False, True]
    data_of(other_session.read_own(), ENDED)
    remaining = data_of(registered_user.send("GET", "sessions", token=registered_user.access), 200)
    assert [session["current"] for session in remaining["data"]] == [True]


def test_a_user_cannot_end_the_session_of_another_user(registered_user: Account) -> None:
    other_account = open_account(registered_user.shop)
    own_session = registered_user.shop.container.get(Tokens).verify(registered_user.access).session_id

    for session_id in (own_session, uuid4()):
        data_of(other_account.send("DELETE", f"sessions/{session_id}", token=other_account.access), 404201)

    data_of(registered_user.read_own(), 200)


@pytest.mark.parametrize("verb", ["POST", "PUT"])
def test_a_refresh_token_is_exchanged_for_the_next_pair(registered_user: Account, verb: str) -> None:
    answer = registered_user.send(verb, "refresh", {"refresh_token": registered_user.refresh_token})

    successor = registered_user._replace(tokens=data_of(answer, 200))
    assert successor.refresh_token != registered_user.refresh_token
    data_of(successor.read_own(), 200)
    data_of(successor.refresh(), 200)


def test_a_repeated_refresh_returns_the_same_successor(registered_user: Account) -> None:
    answers = [data_of(registered_user.refresh(), 200) for _ in range(3)]

    assert len({answer["refresh_token"] for answer in answers}) == 1
    data_of(registered_user._replace(tokens=answers[0]).refresh(), 200)


def test_reuse_of_an_older_refresh_token_ends_the_session(registered_user: Account) -> None:
    second = registered_user._replace(tokens=data_of(registered_user.refresh(), 200))
    third = registered_user._replace(tokens=data_of(second.refresh(), 200))

    # Only a copied token is reused after its successor was used.
    answer = registered_user.refresh()

    assert data_of(answer, SPENT) == {"error_code": "REFRESH_INVALID", "retry": "new_request"}
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    for session in (registered_user, second, third):
        data_of(session.read_own(), ENDED)
        data_of(session.refresh(), SPENT)


def test_access_and_refresh_tokens_are_not_interchangeable(registered_user: Account) -> None:
    data_of(registered_user.send("POST", "refresh", {"refresh_token": registered_user.access}), SPENT)
    data_of(registered_user.send("GET", "me", token=registered_user.refresh_token), ENDED)


@pytest.mark.parametrize("body", [{}, {"refresh_token": ""}, {"refresh_token": 7}, {"refresh_token": "x" * 5000}])
def test_an_invalid_refresh_token_is_refused(registered_user: Account, body: dict[str, object]) -> None:
    assert_refused(registered_user.send("POST", "refresh", body), 422201, "refresh_token")


def test_a_password_change_ends_the_other_sessions(registered_user: Account) -> None:
    other_session = registered_user.sign_in()
    body = {"current_password": PASSWORD, "new_password": "Battery-staple-2"}

    data_of(registered_user.send("PUT", "password", body, token=registered_user.access), 200)

    data_of(registered_user.read_own(), 200)
    data_of(other_session.read_own(), ENDED)
    data_of(
        registered_user.send("POST", "login", {"email": registered_user.email, "password": PASSWORD}), WRONG_CREDENTIALS
    )
    data_of(registered_user.sign_in("Battery-staple-2").read_own(), 200)


def test_a_password_change_needs_the_current_password(registered_user: Account) -> None:
    body = {"current_password": "Wrong-1", "new_password": "Battery-staple-2"}

    assert_refused(
        registered_user.send("PUT", "password", body, token=registered_user.access), 422105, "current_password"
    )

    data_of(registered_user.sign_in().read_own(), 200)


def test_a_shared_name_signs_in_the_first_registered_user(registered_user: Account) -> None:
    second_user = Account(registered_user.shop, registered_user.name, f"later-{registered_user.email}", {})
    body = {"name": registered_user.name, "email": second_user.email, "password": "Another-one-9"}
    second_user.send("POST", "register", body)

    assert data_of(registered_user.sign_in(name=registered_user.name).read_own(), 200)["email"] == registered_user.email
    data_of(
        registered_user.send("POST", "login", {"name": registered_user.name, "password": "Another-one-9"}),
        WRONG_CREDENTIALS,
    )


@pytest.mark.parametrize("body", [{}, {"name": "a", "email": "a@b.example"}])
def test_signing_in_needs_either_a_name_or_an_email(registered_user: Account, body: dict[str, str]) -> None:
    assert_refused(registered_user.send("POST", "login", body, password=PASSWORD), 422102, "email")


def test_a_session_records_the_user_agent(shop: Shop, registered_user: Account) -> None:
    body = {"email": registered_user.email, "password": PASSWORD}
    with shop.client(timeout=30.0) as client:
        client.post(f"{API}/auth/login", body, headers={"User-Agent": "Phone\t" + "x" * 300})

    listed = data_of(registered_user.send("GET", "sessions", token=registered_user.access), 200)["data"]

    assert listed[0]["agent"] == "Phone" + "x" * 195
