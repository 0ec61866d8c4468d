"""Format of idempotency keys, and keys of refused requests."""

from uuid import uuid4

import pytest

from tests.http.support.envelope import assert_refused, data_of
from tests.http.support.idempotent_writes import DRAFT, Write, drafts, is_replay
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient

MISSING, MALFORMED = 400002, 400003


@pytest.fixture(scope="module")
def admin(shop: Shop) -> str:
    """The token of an administrator."""
    return shop.admin()


@pytest.fixture
def key() -> str:
    """An unused key."""
    return uuid4().hex


def test_a_write_without_a_key_gets_instructions(shop: Shop, admin: str) -> None:
    name = uuid4().hex
    answer = Write(admin, None, words={**DRAFT, "name": name}).send(shop)

    assert data_of(answer, MISSING)["header"] == "Idempotency-Key"
    assert answer.json["message"] == (
        "This request needs a header Idempotency-Key with a value of your own making, such as a UUID."
    )
    assert drafts(shop, name) == 0


@pytest.mark.parametrize("key", ["", "a b", "a" * 256, "\xe9", "a\tb", "\xa0"])
def test_a_malformed_key_is_refused(shop: Shop, admin: str, key: str) -> None:
    assert data_of(Write(admin, key).send(shop), MALFORMED)["header"] == "Idempotency-Key"


@pytest.mark.parametrize("key", ["a\x01b", "a\x7fb"])
def test_a_key_with_control_characters_is_refused_by_the_web_server(shop: Shop, admin: str, key: str) -> None:
    assert Write(admin, key).send(shop).status == 400


@pytest.mark.parametrize("key", ["0", "a" * 255, "!~{}|\"'", "Ab", "aB", "null"])
def test_any_visible_ascii_text_is_a_case_sensitive_key(shop: Shop, admin: str, key: str) -> None:
    first, replay = Write(admin, key).send(shop), Write(admin, key).send(shop)

    assert (first.status, is_replay(first), is_replay(replay)) == (201, False, True)


def test_invalid_fields_do_not_use_up_a_key(shop: Shop, admin: str, key: str) -> None:
    assert_refused(Write(admin, key, words={**DRAFT, "price_minor": -1}).send(shop), 422302, "price_minor")

    data_of(Write(admin, key).send(shop), 201)


def test_a_404_is_replayed_and_a_409_is_not(shop: Shop, admin: str, key: str) -> None:
    deletion = Write(admin, key, "/items/999999999", None, "DELETE")
    assert [is_replay(deletion.send(shop)) for _ in range(2)] == [False, True]
    item = shop.offer(stock=1)
    withdrawal = Write(admin, uuid4().hex, f"/items/{item}/stock-adjustments", {"delta": -2, "reason": "lost"})
    data_of(withdrawal.send(shop), 409301)
    restock = Write(admin, uuid4().hex, f"/items/{item}/stock-adjustments", {"delta": 1, "reason": "found"})
    data_of(restock.send(shop), 200)

    assert data_of(withdrawal.send(shop), 200)["stock"] == 0


def test_registration_ignores_keys(client: HttpClient) -> None:
    body = {"name": "Ann", "email": f"{uuid4().hex}@example.com", "password": "Correct-horse-1"}

    answers = [client.post(f"{API}/auth/register", body, headers={"Idempotency-Key": "k"}) for _ in range(2)]

    assert [answer.status for answer in answers] == [201, 422]
