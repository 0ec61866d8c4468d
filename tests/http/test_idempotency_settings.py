"""Settings of idempotency keys.

Three web servers with different settings run on the same stores.
"""

import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from shop.core.idempotency.fingerprint import Fingerprint, compute_fingerprint
from shop.services.idempotency_record import IdempotencyRecordService
from tests.http.support.envelope import data_of
from tests.http.support.idempotent_writes import (
    DRAFT,
    IN_PROGRESS,
    Write,
    drafts,
    is_replay,
    make_idempotency_key,
    request_of,
)
from tests.http.support.shop import Shop
from tests.support.processes.processes import Service

MISSING, USED, OTHER_REQUEST = 400002, 409001, 422004
WAIT_SECONDS, PRECISION_SECONDS, TTL_SECONDS = 0.5, 0.5, 300
CUSTOM = {
    "SHOP_IDEMPOTENCY_HEADER": "X-Request-Key",
    "SHOP_IDEMPOTENCY_VERBS": "post, Delete",
    "SHOP_IDEMPOTENCY_TTL": str(TTL_SECONDS),
    "SHOP_IDEMPOTENCY_WAIT_SECONDS": str(WAIT_SECONDS),
}
STRICT = {"SHOP_IDEMPOTENCY_ON_DUPLICATE": "error"}
OPTIONAL = {"SHOP_IDEMPOTENCY_REQUIRED": "false"}


@pytest.fixture(scope="module")
def three_servers(own_database: str, own_redis: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Three web servers: `web` (custom), `web.2` (strict) and `web.3` (optional)."""
    service = Service(tmp_path_factory.mktemp("three"), own_database, own_redis, {"SHOP_WEB_WORKERS": "1"})
    shop = Shop(service).prepare()
    try:
        for name, env in (("web", CUSTOM), ("web.2", STRICT), ("web.3", OPTIONAL)):
            common_env, service.env = service.env, {**service.env, **env}
            service.start(name)
            service.env = common_env
        yield shop
    finally:
        shop.close()


@pytest.fixture
def write(three_servers: Shop) -> Write:
    """A write with a key for the first server."""
    name = uuid4().hex
    return Write(three_servers.admin(), uuid4().hex, words={**DRAFT, "name": name}, header="X-Request-Key")


def lease(shop: Shop, write: Write, token: str) -> str | None:
    """Take the lease of a key, as a request in progress does."""
    fingerprint: Fingerprint = compute_fingerprint(request_of(write))
    return shop.container.get(IdempotencyRecordService).lease(make_idempotency_key(shop, write, fingerprint), token)


def test_the_key_header_can_be_renamed(three_servers: Shop, write: Write) -> None:
    first, replay = write.send(three_servers), write.send(three_servers)

    assert (first.status, is_replay(replay)) == (201, True)
    assert data_of(write._replace(header="Idempotency-Key").send(three_servers), MISSING)["header"] == "X-Request-Key"


def test_only_the_configured_verbs_require_keys(three_servers: Shop, write: Write) -> None:
    item = data_of(write.send(three_servers), 201)["id"]
    patch = write._replace(verb="PATCH", path=f"/items/{item}", words={"name": "New"}, key=None)
    delete = write._replace(verb="DELETE", path=f"/items/{item}", words=None, key=None)

    assert patch.send(three_servers).status == 200
    data_of(delete.send(three_servers), MISSING)


def test_a_key_expires_after_the_configured_time(three_servers: Shop, write: Write) -> None:
    write.send(three_servers)
    left = "SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), expires_at) FROM idempotency_records WHERE `key` = %s"
    assert TTL_SECONDS - 60 < three_servers.query_value(left, write.key) <= TTL_SECONDS
    expire = "UPDATE idempotency_records SET expires_at = UTC_TIMESTAMP(6) WHERE `key` = %s"
    three_servers.query_value(expire, write.key)

    assert not is_replay(write.send(three_servers))
    assert drafts(three_servers, write.words["name"]) == 2


def test_a_concurrent_request_waits_no_longer_than_configured(three_servers: Shop, write: Write) -> None:
    assert lease(three_servers, write, "another") is None
    durations = []

    for _ in range(5):
        began = time.monotonic()
        answer = write.send(three_servers)
        durations.append(time.monotonic() - began)
        assert answer.headers["Retry-After"] in {"1", "2", "3"}
        data_of(answer, IN_PROGRESS)

    assert min(durations) >= WAIT_SECONDS
    # The minimum of several: a busy machine may add delays.
    assert min(durations) <= WAIT_SECONDS + PRECISION_SECONDS
    assert drafts(three_servers, write.words["name"]) == 0


def test_a_concurrent_request_proceeds_after_the_lease_is_released(three_servers: Shop, write: Write) -> None:
    lease(three_servers, write, "another")
    records = three_servers.container.get(IdempotencyRecordService)
    records.release(make_idempotency_key(three_servers, write), "another owner")
    data_of(write.send(three_servers), IN_PROGRESS)

    records.release(make_idempotency_key(three_servers, write), "another")

    assert write.send(three_servers).status == 201


def test_a_leased_key_is_refused_for_another_body_without_waiting(three_servers: Shop, write: Write) -> None:
    lease(three_servers, write, "another")

    answer = write._replace(words={**DRAFT, "name": "Other"}).send(three_servers)

    assert data_of(answer, OTHER_REQUEST)["part"] == "body"


def test_a_used_key_is_refused_when_configured(three_servers: Shop, write: Write) -> None:
    strict = write._replace(header="Idempotency-Key", web="web.2")
    assert strict.send(three_servers).status == 201

    data_of(strict.send(three_servers), USED)
    data_of(strict._replace(words=DRAFT).send(three_servers), OTHER_REQUEST)

    assert drafts(three_servers, write.words["name"]) == 1


def test_keys_are_optional_when_configured(three_servers: Shop, write: Write) -> None:
    optional = write._replace(header="Idempotency-Key", web="web.3")

    assert [optional._replace(key=None).send(three_servers).status for _ in range(2)] == [201, 201]
    optional.send(three_servers)
    assert is_replay(optional.send(three_servers))
    assert drafts(three_servers, write.words["name"]) == 3
