"""Cache of sessions in Redis; the database stays authoritative."""

from datetime import timedelta

import orjson
import pytest

from shop.cache_managers.session import SessionCacheManager
from shop.constants.permission import Permission
from shop.constants.stock import ReserveOutcome
from shop.core.auth.session_watch import SessionWatch
from shop.core.clock import Clock
from shop.core.crypto.tokens import new_id
from shop.core.tenant import in_tenant
from shop.supports.reservation import Purchase
from tests.accounts.session_helpers import UNAUTHORIZED, claims_of, read_session_changes, status
from tests.durations.conftest import StoppedClock
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.call_recording import record_sql
from tests.support.servers.valkey import Valkey


def test_the_second_request_needs_no_sql_in_any_process(first_app: InProcessShop, second_app: InProcessShop) -> None:
    token = first_app.buyer()
    assert status(first_app, token) == status(second_app, second_app.buyer()) == 200

    with record_sql(first_app.database.engine) as first_sql, record_sql(second_app.database.engine) as second_sql:
        assert status(first_app, token) == status(second_app, token) == 200

    assert [sql for sql in first_sql + second_sql if sql.startswith("SELECT") and "FROM tenants" not in sql] == []


def test_a_cached_session_contains_no_hash_and_expires_with_the_token(first_app: InProcessShop, valkey: Valkey) -> None:
    token = first_app.buyer()
    status(first_app, token)
    claims = claims_of(first_app, token)
    name = SessionCacheManager.card(tenant=1, user=claims.user_id, session=claims.session_id)

    with valkey.client() as client:
        value, ttl = client.get(name), client.ttl(name)

    assert orjson.loads(str(value, "utf-8"))["card"].keys() >= {"id", "name", "email", "roles", "created_at"}
    assert b"argon2" not in value
    assert 3590 < ttl <= 3600


def test_an_ended_session_is_refused_by_the_next_request_in_every_process(
    first_app: InProcessShop, second_app: InProcessShop
) -> None:
    item, token = first_app.offer(stock=9), first_app.buyer()
    second_app.buy(item, token)
    assert status(second_app, token) == 200

    first_app.send("POST", "/auth/logout", token)

    assert status(first_app, token) == status(second_app, token) == UNAUTHORIZED
    assert second_app.send_purchase(item, token).status_code == UNAUTHORIZED


@pytest.mark.parametrize("text", ["{", "7", "{}", '{"changed": 0, "card": {}}', '{"form": 0}', '"open"'])
def test_a_corrupt_cache_entry_is_read_again_from_the_database(
    first_app: InProcessShop, valkey: Valkey, text: str
) -> None:
    token = first_app.buyer()
    claims = claims_of(first_app, token)
    with valkey.client() as client:
        client.set(SessionCacheManager.card(tenant=1, user=claims.user_id, session=claims.session_id), text)

    assert status(first_app, token) == 200


def test_a_session_that_was_read_before_a_change_is_not_cached_after_the_change(
    first_app: InProcessShop, second_app: InProcessShop
) -> None:
    token = first_app.buyer()
    claims, cache = claims_of(first_app, token), second_app.container.get(SessionCacheManager)
    first_app.send("POST", "/auth/logout", token)

    # A request that has read the database before the change writes to the cache after the change.
    with in_tenant(1):
        cache.store(claims, {"changed": 0, "card": {"id": claims.user_id, "tenant_id": 1, "roles": []}}, 60)

    assert status(second_app, token) == UNAUTHORIZED


def test_a_buyer_that_is_trusted_after_sign_out_stays_unknown(first_app: InProcessShop) -> None:
    item, token = first_app.offer(stock=9), first_app.buyer()
    claims = claims_of(first_app, token)
    first_app.send("POST", "/auth/logout", token)

    purchase = Purchase(new_id(), 1, item, claims.user_id, 1, 0, idempotency_key=None, session_id=claims.session_id)
    first_app.stock.trust_buyer(purchase)

    assert first_app.stock.reserve(purchase, 100).outcome is ReserveOutcome.UNKNOWN_BUYER


def test_a_new_process_reads_the_sessions_that_have_ended(first_app: InProcessShop, second_app: InProcessShop) -> None:
    token = first_app.buyer()
    first_app.send("POST", "/auth/logout", token)

    read_session_changes(second_app)

    assert second_app.container.get(SessionWatch).is_ended(claims_of(first_app, token).session_id)


def test_session_changes_older_than_all_tokens_are_dropped(first_app: InProcessShop) -> None:
    watch, token = first_app.container.get(SessionWatch), first_app.buyer()
    first_app.send("POST", "/auth/logout", token)
    session_id = claims_of(first_app, token).session_id
    assert watch.is_ended(session_id)

    watch._drop_expired(10**18)

    assert not watch.is_ended(session_id)


def test_a_changed_user_is_read_at_once_and_cached_again_later(first_app: InProcessShop, valkey: Valkey) -> None:
    token, admin, code = first_app.buyer(), first_app.admin(), Permission.ORDERS_VIEW_ANY.code
    claims, order = claims_of(first_app, token), first_app.buy(first_app.offer(stock=9), first_app.buyer(), 2)

    def read_order() -> int:
        return first_app.send("GET", f"/orders/{order}", token).status_code

    for permissions, status_code in (([code], 200), ([], 404), ([code], 200)):
        body = {"roles": ["general"], "permissions": permissions}
        assert first_app.send("PUT", f"/users/{claims.user_id}/roles", admin, body).status_code == 200
        assert read_order() == status_code
    with valkey.client() as client:
        # As when the mark of the change has expired.
        assert client.delete(SessionCacheManager.card(tenant=1, user=claims.user_id, session=claims.session_id))

    read_order()
    with record_sql(first_app.database.engine) as statements:
        assert read_order() == 200
    assert [sql for sql in statements if "FROM sessions" in sql] == []


def test_changes_of_one_moment_have_increasing_times(first_app: InProcessShop) -> None:
    token, admin, clock = first_app.buyer(), first_app.admin(), StoppedClock()
    user, times = first_app.user_id(token), []
    with first_app.container.override(Clock, clock):
        for permissions in ([Permission.ORDERS_VIEW_ANY.code], [], [Permission.ORDERS_CANCEL_ANY.code]):
            body = {"roles": ["general"], "permissions": permissions}
            assert first_app.send("PUT", f"/users/{user}/roles", admin, body).status_code == 200
            times += [time for (time,) in first_app.rows("SELECT changed_at FROM sessions WHERE user_id = %s", user)]

    moment = clock.now().replace(tzinfo=None)
    assert times == [moment + timedelta(microseconds=number) for number in range(3)]
