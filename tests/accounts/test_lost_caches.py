"""Sessions when Redis has lost data, has older data or is down."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from shop.cache_managers.session import SessionCacheManager
from shop.core.database.transaction import in_transaction
from shop.core.tenant import in_tenant
from shop.services.session import SessionService
from tests.accounts.session_helpers import UNAUTHORIZED, claims_of, read_session_changes, status
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.servers.valkey import Valkey


def snapshot(valkey: Valkey) -> dict[bytes, tuple[bytes, int]]:
    """Dump all keys of Redis with their times to live."""
    with valkey.client() as client:
        dump: Any = {key: (client.dump(key), max(0, client.pttl(key))) for key in client.scan_iter()}
        return dict(dump)


def restore(valkey: Valkey, dump: dict[bytes, tuple[bytes, int]]) -> None:
    """Restore Redis from a snapshot."""
    with valkey.client() as client:
        client.flushall()
        for key, (value, ttl) in dump.items():
            client.restore(key, ttl, value)


@contextmanager
def without_cache(shop: InProcessShop, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let all commands to the session cache fail."""

    def refuse(*_: object, **__: object) -> None:
        raise RedisConnectionError("down")

    with monkeypatch.context() as patch:
        for command in ("get", "set", "delete", "pipeline"):
            patch.setattr(shop.container.get(SessionCacheManager).stores.cache, command, refuse)
        yield


def test_a_session_stays_ended_after_a_flush_of_redis(
    first_app: InProcessShop, second_app: InProcessShop, valkey: Valkey
) -> None:
    token = first_app.buyer()
    status(second_app, token)
    first_app.send("POST", "/auth/logout", token)

    valkey.flush()

    assert status(first_app, token) == status(second_app, token) == UNAUTHORIZED


def test_a_session_stays_ended_with_an_older_redis(
    first_app: InProcessShop, second_app: InProcessShop, valkey: Valkey
) -> None:
    item, token = first_app.offer(stock=9), first_app.buyer()
    for shop in (first_app, second_app):
        status(shop, token)
        shop.buy(item, token)
    dump = snapshot(valkey)
    first_app.send("POST", "/auth/logout", token)

    restore(valkey, dump)
    read_session_changes(second_app)

    for shop in (first_app, second_app):
        assert status(shop, token) == UNAUTHORIZED
        assert shop.send_purchase(item, token).status_code == UNAUTHORIZED


def test_a_session_that_ended_without_redis_stays_ended(
    first_app: InProcessShop, second_app: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = first_app.buyer()
    status(second_app, token)
    with without_cache(first_app, monkeypatch):
        assert first_app.send("POST", "/auth/logout", token).status_code == 200

    read_session_changes(second_app)

    assert status(first_app, token) == status(second_app, token) == UNAUTHORIZED


def test_without_redis_sessions_are_read_from_the_database(
    first_app: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = first_app.buyer()
    status(first_app, token)

    with without_cache(first_app, monkeypatch):
        assert status(first_app, token) == 200


def test_a_changed_user_is_read_again_with_an_older_redis(
    first_app: InProcessShop, second_app: InProcessShop, valkey: Valkey
) -> None:
    token = first_app.buyer()
    status(second_app, token)
    dump = snapshot(valkey)
    first_app.change_row("UPDATE users SET name = 'Renamed' WHERE id = %s", claims_of(first_app, token).user_id)
    sessions = first_app.container.get(SessionService)
    with in_tenant(1):
        in_transaction(first_app.database, lambda: sessions.invalidate(claims_of(first_app, token).user_id))

    assert second_app.send("GET", "/auth/me", token).get_json()["data"]["name"] == "Renamed"
    restore(valkey, dump)
    read_session_changes(second_app)

    assert second_app.send("GET", "/auth/me", token).get_json()["data"]["name"] == "Renamed"
