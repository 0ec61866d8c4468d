"""Idempotency keys of writes: concurrent requests, replays and reuse."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import uuid4

import pytest

from shop.cache_managers.session import SessionCacheManager
from shop.constants.user import RoleFlag
from shop.core.crypto.tokens import Tokens
from shop.core.tenant import in_tenant
from tests.http.support.envelope import data_of
from tests.http.support.idempotent_writes import (
    DRAFT,
    IN_PROGRESS,
    Write,
    drafts,
    is_leased,
    is_replay,
    lines,
    send_at_once,
)
from tests.http.support.shop import SECOND, Shop
from tests.support.polling import eventually

MISSING, MALFORMED = 400002, 400003
OTHER_METHOD, OTHER_PATH, OTHER_REQUEST = 422002, 422003, 422004


@pytest.fixture(scope="module")
def admin(shop: Shop) -> str:
    """The token of an administrator."""
    return shop.admin()


@pytest.fixture
def key() -> str:
    """An unused key."""
    return uuid4().hex


@contextmanager
def lock_item(shop: Shop, item: int) -> Iterator[None]:
    """Lock the item row, so that changes of the item wait."""
    with shop.engine.begin() as connection:
        connection.exec_driver_sql("SELECT id FROM items WHERE id = %s FOR UPDATE", (item,))
        yield


@pytest.mark.parametrize("count", [2, 10, 50])
def test_concurrent_requests_with_one_key_have_one_effect_and_one_response(shop: Shop, admin: str, count: int) -> None:
    write = Write(admin, uuid4().hex, words={**DRAFT, "name": uuid4().hex})

    answers = send_at_once(shop, [write] * count)

    replay = write.send(shop)
    assert drafts(shop, write.words["name"]) == 1
    successes = [answer for answer in answers if answer.status == 201]
    assert {answer.body for answer in successes} == {replay.body}
    assert [is_replay(answer) for answer in successes].count(False) <= 1
    for answer in answers:
        # A request gives up when the first takes too long or too many are waiting.
        assert answer.status == 201 or (answer.json["code"] == IN_PROGRESS and answer.headers["Retry-After"])


def test_concurrent_cancels_return_the_stock_once(shop: Shop, key: str) -> None:
    item, buyer = shop.offer(stock=3), shop.buyer()
    order = data_of(shop.buy(item, buyer, Prefer="wait=5"), 201)["id"]
    write = Write(buyer, key, f"/orders/{order}/cancel", None)

    answers = send_at_once(shop, [write] * 10)

    # A request that waited too long gets IN_PROGRESS; none gets ORDER_CLOSED.
    assert {answer.json["code"] for answer in answers} <= {200, IN_PROGRESS}
    assert data_of(write.send(shop), 200)["status"] == "cancelled"
    assert lines(shop, item, "return") == 1
    assert shop.item(item)["stock"] == 3


@pytest.mark.parametrize("delta", [4, -2])
def test_concurrent_adjustments_write_one_ledger_line(shop: Shop, admin: str, key: str, delta: int) -> None:
    item = shop.offer(stock=3)
    write = Write(admin, key, f"/items/{item}/stock-adjustments", {"delta": delta, "reason": "counted"})

    send_at_once(shop, [write] * 10)

    assert data_of(write.send(shop), 200)["stock"] == 3 + delta
    assert lines(shop, item, "adjustment") == 1


def test_a_replay_equals_the_first_response_and_is_marked(shop: Shop, admin: str, key: str) -> None:
    write = Write(admin, key)

    first, replay = write.send(shop), write.send(shop)

    assert (replay.status, replay.body) == (first.status, first.body)
    assert replay.headers["Location"] == first.headers["Location"]
    assert (is_replay(first), is_replay(replay)) == (False, True)
    assert (replay.headers["Idempotency-Relayed"], replay.headers["Idempotent-Replayed"]) == (key, "true")


def test_another_user_may_use_the_same_key(shop: Shop, key: str) -> None:
    answers = [Write(token, key).send(shop) for token in (shop.admin(), shop.admin())]

    assert len({data_of(answer, 201)["id"] for answer in answers}) == 2


def test_another_tenant_may_use_the_same_key(shop: Shop, admin: str, key: str) -> None:
    Write(admin, key).send(shop)
    answer = Write(shop.admin(SECOND[0]), key).send(shop)

    assert (answer.status, is_replay(answer)) == (201, False)
    assert shop.query_value("SELECT COUNT(*) FROM idempotency_records WHERE `key` = %s", key) == 2


def test_keys_with_colons_do_not_collide(shop: Shop) -> None:
    tokens = shop.container.get(Tokens)
    token = shop.admin()
    user_id = tokens.verify(token).user_id
    # Joined by a colon, "user 1, key 1:k" and "user 1:1, key k" would be the same.
    keys = [f"{user_id}:k", f"user:{user_id}:k", "k", f"1:user:{user_id}:k"]

    answers = [Write(token, key).send(shop) for key in keys]

    assert [is_replay(answer) for answer in answers] == [False] * 4


@pytest.mark.parametrize(
    ("part", "changes", "code"),
    [
        ("body", {"words": {**DRAFT, "name": "Another"}}, OTHER_REQUEST),
        ("query", {"path": "/items?lang=en"}, OTHER_REQUEST),
        ("path", {"path": "/items/1/restore"}, OTHER_PATH),
        ("method", {"verb": "PATCH", "path": "/items/1"}, OTHER_METHOD),
    ],
)
def test_a_key_reused_for_another_request_is_refused(
    shop: Shop, admin: str, key: str, part: str, changes: dict[str, str], code: int
) -> None:
    write = Write(admin, key)
    first = write.send(shop)

    assert data_of(write._replace(**changes).send(shop), code)["part"] == part

    assert write.send(shop).body == first.body


def test_another_request_is_refused_while_the_first_is_in_progress(shop: Shop, admin: str, key: str) -> None:
    item = shop.offer(stock=3)
    write = Write(admin, key, f"/items/{item}/stock-adjustments", {"delta": 1, "reason": "one"})
    with ThreadPoolExecutor(1) as pool:
        with lock_item(shop, item):
            first = pool.submit(write.send, shop)
            eventually(lambda: is_leased(shop, write))
            answer = write._replace(words={"delta": 2, "reason": "two"}).send(shop)
        data_of(first.result(), 200)

    assert data_of(answer, OTHER_REQUEST)["part"] == "body"
    assert shop.item(item)["stock"] == 4


def test_a_replay_needs_the_permission_of_the_request(shop: Shop, key: str) -> None:
    admin = shop.admin()
    write, claims = Write(admin, key), shop.container.get(Tokens).verify(admin)
    first = write.send(shop)

    data_of(write._replace(token="").send(shop), 401001)
    data_of(write._replace(token=shop.buyer()).send(shop), 403001)
    shop.query_value("UPDATE users SET roles = %s WHERE id = %s", int(RoleFlag.GENERAL), claims.user_id)
    with in_tenant(claims.tenant_id):
        shop.container.get(SessionCacheManager).invalidate(claims.user_id, [claims.session_id])
    data_of(write.send(shop), 403001)

    assert first.status == 201


def test_the_order_of_json_keys_does_not_matter(shop: Shop, admin: str, key: str) -> None:
    reordered = dict(reversed(DRAFT.items()))

    first, replay = Write(admin, key).send(shop), Write(admin, key, words=reordered).send(shop)

    assert (replay.body, is_replay(replay)) == (first.body, True)
