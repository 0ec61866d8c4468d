"""Redis remembers sessions, the database decides about them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from shop.cache_managers.session import SessionCacheManager
from shop.cache_managers.stock import Purchase
from shop.constants.stock import Outcome
from shop.core.sessions import SessionWatch
from shop.core.tenant import in_tenant
from shop.core.tokens import Claims, Tokens, new_id
from shop.core.transaction import in_transaction
from shop.services.session import SessionService
from tests.purchase.indoors import Indoors
from tests.support.counting import counted_sql
from tests.support.valkey import Valkey

OUT = 401


def status(shop: Indoors, token: str) -> int:
    return shop.send("GET", "/auth/me", token).status_code


def claims_of(shop: Indoors, token: str) -> Claims:
    return shop.container.get(Tokens).verify(token)


def look(shop: Indoors) -> None:
    """What a web process does every second."""
    shop.container.get(SessionWatch).read(shop.container.get(SessionService).find_changes)


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


def test_the_second_request_asks_no_table_in_any_process(here: Indoors, there: Indoors) -> None:
    token = here.buyer()
    assert status(here, token) == 200

    with counted_sql(here.database.engine) as ours, counted_sql(there.database.engine) as theirs:
        assert status(here, token) == status(there, token) == 200

    assert ours == theirs == []


def test_what_is_cached_holds_no_hash_and_ends_with_the_token(here: Indoors, valkey: Valkey) -> None:
    token = here.buyer()
    status(here, token)
    claims = claims_of(here, token)
    name = SessionCacheManager.card(tenant=1, user=claims.user_id, session=claims.session_id)

    with valkey.client() as client:
        kept, life = client.get(name), client.ttl(name)

    assert orjson.loads(str(kept, "utf-8"))["card"].keys() == {
        "id",
        "tenant_id",
        "name",
        "email",
        "roles",
        "created_at",
    }
    assert 3590 < life <= 3600


def test_signing_out_is_seen_by_the_next_request_in_every_process(here: Indoors, there: Indoors) -> None:
    item, token = here.offer(stock=9), here.buyer()
    there.buy(item, token)
    assert status(there, token) == 200

    here.send("POST", "/auth/logout", token)

    assert status(here, token) == status(there, token) == OUT
    assert there.ask(item, token).status_code == OUT


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


def test_an_answer_that_was_read_before_a_change_is_not_kept_after_it(here: Indoors, there: Indoors) -> None:
    token = here.buyer()
    claims, cache = claims_of(here, token), there.container.get(SessionCacheManager)
    here.send("POST", "/auth/logout", token)

    # Somebody who read the tables a moment ago comes too late.
    with in_tenant(1):
        cache.keep(claims, {"changed": 0, "card": {"id": claims.user_id, "tenant_id": 1, "roles": []}}, 60)

    assert status(there, token) == OUT


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


def test_a_buyer_who_was_vouched_for_too_late_is_not_known(here: Indoors) -> None:
    item, token = here.offer(stock=9), here.buyer()
    claims = claims_of(here, token)
    here.send("POST", "/auth/logout", token)

    wish = Purchase(new_id(), 1, item, claims.user_id, 1, 0, ticket=None, session_id=claims.session_id)
    here.stock.introduce(wish)

    assert here.stock.reserve(wish, 100).outcome is Outcome.STRANGER


def test_a_process_that_starts_later_knows_what_ended_before(here: Indoors, there: Indoors) -> None:
    token = here.buyer()
    here.send("POST", "/auth/logout", token)

    look(there)

    assert there.container.get(SessionWatch).is_ended(claims_of(here, token).session_id)


def test_what_no_token_can_outlive_is_forgotten(here: Indoors) -> None:
    watch, token = here.container.get(SessionWatch), here.buyer()
    here.send("POST", "/auth/logout", token)
    session_id = claims_of(here, token).session_id
    assert watch.is_ended(session_id)

    watch._forget(10**18)

    assert not watch.is_ended(session_id)
