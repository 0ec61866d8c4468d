"""Redis remembers sessions, the database decides about them: what holds when Redis forgets, or remembers too much."""

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
    """Every key as Redis itself would save it, with its life."""
    with valkey.client() as client:
        kept: Any = {key: (client.dump(key), max(0, client.pttl(key))) for key in client.scan_iter()}
        return dict(kept)


def restore(valkey: Valkey, kept: dict[bytes, tuple[bytes, int]]) -> None:
    """Redis as it was."""
    with valkey.client() as client:
        client.flushall()
        for key, (value, life) in kept.items():
            client.restore(key, life, value)


@contextmanager
def without_cache(shop: InProcessShop, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing that is said to the cache arrives."""

    def refuse(*_: object, **__: object) -> None:
        raise RedisConnectionError("away")

    with monkeypatch.context() as patch:
        for command in ("get", "set", "delete", "pipeline"):
            patch.setattr(shop.container.get(SessionCacheManager).stores.cache, command, refuse)
        yield


def test_signing_out_holds_when_redis_forgets_everything(
    first_app: InProcessShop, second_app: InProcessShop, valkey: Valkey
) -> None:
    token = first_app.buyer()
    status(second_app, token)
    first_app.send("POST", "/auth/logout", token)

    valkey.flush()

    assert status(first_app, token) == status(second_app, token) == UNAUTHORIZED


def test_signing_out_holds_when_redis_is_as_it_was_before(
    first_app: InProcessShop, second_app: InProcessShop, valkey: Valkey
) -> None:
    item, token = first_app.offer(stock=9), first_app.buyer()
    for shop in (first_app, second_app):
        status(shop, token)
        shop.buy(item, token)
    kept = snapshot(valkey)
    first_app.send("POST", "/auth/logout", token)

    restore(valkey, kept)
    read_session_changes(second_app)

    for shop in (first_app, second_app):
        assert status(shop, token) == UNAUTHORIZED
        assert shop.send_purchase(item, token).status_code == UNAUTHORIZED


def test_signing_out_holds_when_redis_was_away_meanwhile(
    first_app: InProcessShop, second_app: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = first_app.buyer()
    status(second_app, token)
    with without_cache(first_app, monkeypatch):
        assert first_app.send("POST", "/auth/logout", token).status_code == 200

    read_session_changes(second_app)

    assert status(first_app, token) == status(second_app, token) == UNAUTHORIZED


def test_without_redis_the_tables_know_who_calls(first_app: InProcessShop, monkeypatch: pytest.MonkeyPatch) -> None:
    token = first_app.buyer()
    status(first_app, token)

    with without_cache(first_app, monkeypatch):
        assert status(first_app, token) == 200


def test_what_changed_is_read_again_although_redis_is_as_it_was_before(
    first_app: InProcessShop, second_app: InProcessShop, valkey: Valkey
) -> None:
    token = first_app.buyer()
    status(second_app, token)
    kept = snapshot(valkey)
    first_app.change_row("UPDATE users SET name = 'Renamed' WHERE id = %s", claims_of(first_app, token).user_id)
    sessions = first_app.container.get(SessionService)
    with in_tenant(1):
        in_transaction(first_app.database, lambda: sessions.invalidate(claims_of(first_app, token).user_id))

    assert second_app.send("GET", "/auth/me", token).get_json()["data"]["name"] == "Renamed"
    restore(valkey, kept)
    read_session_changes(second_app)

    assert second_app.send("GET", "/auth/me", token).get_json()["data"]["name"] == "Renamed"
