"""Redis remembers sessions, the database decides about them."""

import orjson
import pytest

from shop.cache_managers.session import SessionCacheManager
from shop.cache_managers.stock import Purchase
from shop.constants.stock import Outcome
from shop.core.auth.session_watch import SessionWatch
from shop.core.crypto.tokens import new_id
from shop.core.tenant import in_tenant
from tests.accounts.session_helpers import OUT, claims_of, look, status
from tests.purchase.support.in_process_shop import Indoors
from tests.support.call_recording import counted_sql
from tests.support.servers.valkey import Valkey


def test_the_second_request_asks_no_table_in_any_process(here: Indoors, there: Indoors) -> None:
    token = here.buyer()
    assert status(here, token) == status(there, there.buyer()) == 200

    with counted_sql(here.database.engine) as ours, counted_sql(there.database.engine) as theirs:
        assert status(here, token) == status(there, token) == 200

    assert [sql for sql in ours + theirs if sql.startswith("SELECT") and "FROM tenants" not in sql] == []


def test_what_is_cached_holds_no_hash_and_ends_with_the_token(here: Indoors, valkey: Valkey) -> None:
    token = here.buyer()
    status(here, token)
    claims = claims_of(here, token)
    name = SessionCacheManager.card(tenant=1, user=claims.user_id, session=claims.session_id)

    with valkey.client() as client:
        kept, life = client.get(name), client.ttl(name)

    assert orjson.loads(str(kept, "utf-8"))["card"].keys() >= {"id", "name", "email", "roles", "created_at"}
    assert b"argon2" not in kept
    assert 3590 < life <= 3600


def test_signing_out_is_seen_by_the_next_request_in_every_process(here: Indoors, there: Indoors) -> None:
    item, token = here.offer(stock=9), here.buyer()
    there.buy(item, token)
    assert status(there, token) == 200

    here.send("POST", "/auth/logout", token)

    assert status(here, token) == status(there, token) == OUT
    assert there.ask(item, token).status_code == OUT


@pytest.mark.parametrize("text", ["{", "7", "{}", '{"changed": 0, "card": {}}', '{"form": 0}', '"open"'])
def test_what_cannot_be_read_is_asked_for_again(here: Indoors, valkey: Valkey, text: str) -> None:
    token = here.buyer()
    claims = claims_of(here, token)
    with valkey.client() as client:
        client.set(SessionCacheManager.card(tenant=1, user=claims.user_id, session=claims.session_id), text)

    assert status(here, token) == 200


def test_an_answer_that_was_read_before_a_change_is_not_kept_after_it(here: Indoors, there: Indoors) -> None:
    token = here.buyer()
    claims, cache = claims_of(here, token), there.container.get(SessionCacheManager)
    here.send("POST", "/auth/logout", token)

    # Somebody who read the tables a moment ago comes too late.
    with in_tenant(1):
        cache.keep(claims, {"changed": 0, "card": {"id": claims.user_id, "tenant_id": 1, "roles": []}}, 60)

    assert status(there, token) == OUT


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
