"""Staying in, leaving, and where one is signed in."""

from uuid import uuid4

import pytest

from shop.core.crypto.tokens import Tokens
from tests.http.support.account_client import ENDED, PASSWORD, SPENT, Account, open_account
from tests.http.support.envelope import assert_refused, data_of
from tests.http.support.shop import API, Shop

WRONG = 401101


@pytest.fixture
def ann(shop: Shop) -> Account:
    return open_account(shop)


@pytest.mark.parametrize("verb", ["POST", "DELETE"])
def test_who_signs_out_is_out_with_both_tokens(ann: Account, verb: str) -> None:
    other = ann.sign_in()

    assert data_of(ann.send(verb, "logout", token=ann.access), 200) == {}

    data_of(ann.me(), ENDED)
    data_of(ann.refresh(), SPENT)
    data_of(other.me(), 200)


def test_who_signed_out_buys_nothing(ann: Account, item: int) -> None:
    data_of(ann.shop.buy(item, ann.access), 202)

    ann.send("POST", "logout", token=ann.access)

    data_of(ann.shop.buy(item, ann.access), ENDED)


def test_signing_out_everywhere_ends_every_session(ann: Account) -> None:
    sessions = [ann, ann.sign_in(), ann.sign_in()]

    data_of(ann.send("POST", "logout-all", token=ann.access), 200)

    for session in sessions:
        data_of(session.me(), ENDED)
        data_of(session.refresh(), SPENT)
    data_of(ann.sign_in().me(), 200)


def test_sessions_are_listed_and_ended_one_by_one(ann: Account) -> None:
    other = ann.sign_in()
    listed = data_of(ann.send("GET", "sessions", token=ann.access), 200)
    lost = next(session["id"] for session in listed["data"] if not session["current"])

    data_of(ann.send("DELETE", f"sessions/{lost}", token=ann.access), 200)

    assert [session["current"] for session in listed["data"]] == [False, True]
    data_of(other.me(), ENDED)
    left = data_of(ann.send("GET", "sessions", token=ann.access), 200)
    assert [session["current"] for session in left["data"]] == [True]


def test_nobody_ends_the_session_of_another(ann: Account) -> None:
    stranger = open_account(ann.shop)
    mine = ann.shop.container.get(Tokens).verify(ann.access).session_id

    for session_id in (mine, uuid4()):
        data_of(stranger.send("DELETE", f"sessions/{session_id}", token=stranger.access), 404201)

    data_of(ann.me(), 200)


@pytest.mark.parametrize("verb", ["POST", "PUT"])
def test_a_refresh_token_is_spent_for_the_next_pair(ann: Account, verb: str) -> None:
    answer = ann.send(verb, "refresh", {"refresh_token": ann.refresh_token})

    following = ann._replace(tokens=data_of(answer, 200))
    assert following.refresh_token != ann.refresh_token
    data_of(following.me(), 200)
    data_of(following.refresh(), 200)


def test_whose_answer_was_lost_gets_the_same_successor_again(ann: Account) -> None:
    answers = [data_of(ann.refresh(), 200) for _ in range(3)]

    assert len({answer["refresh_token"] for answer in answers}) == 1
    data_of(ann._replace(tokens=answers[0]).refresh(), 200)


def test_a_token_that_was_spent_long_ago_ends_its_family(ann: Account) -> None:
    following = ann._replace(tokens=data_of(ann.refresh(), 200))
    latest = ann._replace(tokens=data_of(following.refresh(), 200))

    # Not the last one that was spent: who shows it has copied it.
    refused = ann.refresh()

    assert data_of(refused, SPENT) == {"error_code": "REFRESH_INVALID"}
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    for session in (ann, following, latest):
        data_of(session.me(), ENDED)
        data_of(session.refresh(), SPENT)


def test_an_access_token_refreshes_nothing_and_a_refresh_token_opens_no_door(ann: Account) -> None:
    data_of(ann.send("POST", "refresh", {"refresh_token": ann.access}), SPENT)
    data_of(ann.send("GET", "me", token=ann.refresh_token), ENDED)


@pytest.mark.parametrize("words", [{}, {"refresh_token": ""}, {"refresh_token": 7}, {"refresh_token": "x" * 5000}])
def test_what_is_no_refresh_token_is_refused(ann: Account, words: dict[str, object]) -> None:
    assert_refused(ann.send("POST", "refresh", words), 422201, "refresh_token")


def test_a_new_password_ends_the_other_sessions(ann: Account) -> None:
    other = ann.sign_in()
    words = {"current_password": PASSWORD, "new_password": "Battery-staple-2"}

    data_of(ann.send("PUT", "password", words, token=ann.access), 200)

    data_of(ann.me(), 200)
    data_of(other.me(), ENDED)
    data_of(ann.send("POST", "login", {"email": ann.email, "password": PASSWORD}), WRONG)
    data_of(ann.sign_in("Battery-staple-2").me(), 200)


def test_a_new_password_needs_the_current_one(ann: Account) -> None:
    words = {"current_password": "Wrong-1", "new_password": "Battery-staple-2"}

    assert_refused(ann.send("PUT", "password", words, token=ann.access), 422105, "current_password")

    data_of(ann.sign_in().me(), 200)


def test_a_name_signs_in_who_bore_it_first(ann: Account) -> None:
    later = Account(ann.shop, ann.name, f"later-{ann.email}", {})
    words = {"name": ann.name, "email": later.email, "password": "Another-one-9"}
    later.send("POST", "register", words)

    assert data_of(ann.sign_in(name=ann.name).me(), 200)["email"] == ann.email
    data_of(ann.send("POST", "login", {"name": ann.name, "password": "Another-one-9"}), WRONG)


@pytest.mark.parametrize("words", [{}, {"name": "a", "email": "a@b.example"}])
def test_signing_in_needs_a_name_or_an_address(ann: Account, words: dict[str, str]) -> None:
    assert_refused(ann.send("POST", "login", words, password=PASSWORD), 422102, "email")


def test_a_session_says_what_its_client_called_itself(shop: Shop, ann: Account) -> None:
    words = {"email": ann.email, "password": PASSWORD}
    with shop.client(timeout=30.0) as client:
        client.post(f"{API}/auth/login", words, headers={"User-Agent": "Phone\t" + "x" * 300})

    listed = data_of(ann.send("GET", "sessions", token=ann.access), 200)["data"]

    assert listed[0]["agent"] == "Phone" + "x" * 195
