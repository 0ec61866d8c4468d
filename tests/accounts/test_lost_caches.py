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
from tests.accounts.session_helpers import OUT, claims_of, look, status
from tests.purchase.support.in_process_shop import Indoors
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
def without_cache(shop: Indoors, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing that is said to the cache arrives."""

    def refuse(*_: object, **__: object) -> None:
        raise RedisConnectionError("away")

    with monkeypatch.context() as patch:
        for command in ("get", "set", "delete", "pipeline"):
            patch.setattr(shop.container.get(SessionCacheManager).stores.cache, command, refuse)
        yield


def test_signing_out_holds_when_redis_forgets_everything(here: Indoors, there: Indoors, valkey: Valkey) -> None:
    token = here.buyer()
    status(there, token)
    here.send("POST", "/auth/logout", token)

    valkey.flush()

    assert status(here, token) == status(there, token) == OUT


def test_signing_out_holds_when_redis_is_as_it_was_before(here: Indoors, there: Indoors, valkey: Valkey) -> None:
    item, token = here.offer(stock=9), here.buyer()
    for shop in (here, there):
        status(shop, token)
        shop.buy(item, token)
    kept = snapshot(valkey)
    here.send("POST", "/auth/logout", token)

    restore(valkey, kept)
    look(there)

    for shop in (here, there):
        assert status(shop, token) == OUT
        assert shop.ask(item, token).status_code == OUT


def test_signing_out_holds_when_redis_was_away_meanwhile(
    here: Indoors, there: Indoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = here.buyer()
    status(there, token)
    with without_cache(here, monkeypatch):
        assert here.send("POST", "/auth/logout", token).status_code == 200

    look(there)

    assert status(here, token) == status(there, token) == OUT


def test_without_redis_the_tables_know_who_calls(here: Indoors, monkeypatch: pytest.MonkeyPatch) -> None:
    token = here.buyer()
    status(here, token)

    with without_cache(here, monkeypatch):
        assert status(here, token) == 200


def test_what_changed_is_read_again_although_redis_is_as_it_was_before(
    here: Indoors, there: Indoors, valkey: Valkey
) -> None:
    token = here.buyer()
    status(there, token)
    kept = snapshot(valkey)
    here.change("UPDATE users SET name = 'Renamed' WHERE id = %s", claims_of(here, token).user_id)
    sessions = here.container.get(SessionService)
    with in_tenant(1):
        in_transaction(here.database, lambda: sessions.outdate(claims_of(here, token).user_id))

    assert there.send("GET", "/auth/me", token).get_json()["data"]["name"] == "Renamed"
    restore(valkey, kept)
    look(there)

    assert there.send("GET", "/auth/me", token).get_json()["data"]["name"] == "Renamed"
