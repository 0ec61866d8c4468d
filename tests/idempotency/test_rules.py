"""Rules of idempotency keys that need no store: policies, owners, stored statuses, outcomes."""

import re
from typing import Any

import pytest
from flask import Flask, g

from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.idempotency.fingerprint import Fingerprint
from shop.core.idempotency.key_spelling import KEY_PATTERN, is_repeated, is_valid
from shop.core.idempotency.metrics import IDEMPOTENT_REQUESTS, IDEMPOTENT_SECONDS, timed
from shop.core.idempotency.policy import (
    DEFAULT_POLICY,
    KEY_EXAMPLE,
    IdempotencyPolicy,
    describe_idempotency_key,
    effective_policy,
    is_required,
)
from shop.core.idempotency.record import IdempotencyKey, require_same_request
from shop.core.idempotency.recorder import is_storable
from shop.core.settings.settings import Settings

DECLARED, DISABLED = IdempotencyPolicy(ttl=7), IdempotencyPolicy(disabled=True)
ALL, DECLARED_ONLY = Settings(idempotency_enforce="all"), Settings(idempotency_enforce="declared")
KEY = IdempotencyKey(1, "user:7", "k", Fingerprint("POST", "p", "q", "m", "b"), 60)


@pytest.mark.parametrize(
    ("declared", "settings", "verb", "policy"),
    [
        (None, ALL, "POST", DEFAULT_POLICY),
        (None, DECLARED_ONLY, "POST", None),
        (DECLARED, ALL, "POST", DECLARED),
        (DECLARED, DECLARED_ONLY, "POST", DECLARED),
        (DISABLED, ALL, "POST", None),
        (DECLARED, ALL, "GET", None),
    ],
)
def test_settings_apply_to_a_declared_policy(
    declared: IdempotencyPolicy | None, settings: Settings, verb: str, policy: IdempotencyPolicy | None
) -> None:
    assert effective_policy(declared, verb, settings) is policy


@pytest.mark.parametrize("in_settings", [True, False])
def test_a_policy_may_leave_the_requirement_to_the_settings(*, in_settings: bool) -> None:
    settings = Settings(idempotency_required=in_settings)
    required = [is_required(IdempotencyPolicy(required=declared), settings) for declared in (None, True, False)]
    assert required == [in_settings, True, False]


def test_the_header_of_a_key_is_described() -> None:
    operation: dict[str, Any] = {"parameters": [{"name": "page"}], "responses": {}, "failures": []}

    describe_idempotency_key(operation, IdempotencyPolicy(required=True, ttl=7), Settings())

    page, header = operation["parameters"]
    assert page == {"name": "page"}
    assert header == {
        "in": "header",
        "name": "Idempotency-Key",
        "required": True,
        "description": "Makes it safe to repeat the request, for 7 seconds.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": KEY_PATTERN, "example": KEY_EXAMPLE},
    }


@pytest.mark.parametrize(
    "value",
    ["k", "k,l", '"k,l"', '"', '""', '"k"l', '"k\\"l"', '"k\\l"', '"k', 'k"', '"""', '"k,l', '"k"l,m"', "\\", '"\\"'],
)
def test_the_document_describes_the_accepted_keys(value: str) -> None:
    assert bool(re.search(KEY_PATTERN, value)) == (is_valid(value) and not is_repeated(value))


@pytest.mark.parametrize(
    ("scope", "owner"),
    [("user:7", 7), ("user:", "user:"), ("user:x", "user:x"), ("shared", "shared"), ("team:7", "team:7")],
)
def test_a_key_belongs_to_a_user_or_to_a_shared_scope(scope: str, owner: int | str) -> None:
    assert KEY._replace(scope=scope).owner == owner


def test_a_digest_hides_the_key_and_differs_by_tenant_scope_and_value() -> None:
    others = [KEY, KEY._replace(tenant_id=2), KEY._replace(scope="user:8"), KEY._replace(value="l")]
    digests = {key.digest for key in others}
    assert (len(digests), {len(digest) for digest in digests}) == (4, {32})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("PUT p q m b", CoreExceptionCode.KEY_OTHER_METHOD),
        ("POST x q m b", CoreExceptionCode.KEY_OTHER_PATH),
        ("POST p x m b", CoreExceptionCode.KEY_OTHER_REQUEST),
        ("POST p q m x", CoreExceptionCode.KEY_OTHER_REQUEST),
    ],
)
def test_a_key_of_another_request_is_refused(text: str, code: CoreExceptionCode) -> None:
    require_same_request(KEY, KEY.fingerprint.text)
    with pytest.raises(ShopError) as refused:
        require_same_request(KEY, text)
    assert refused.value.code is code


@pytest.mark.parametrize(
    ("status", "storable"),
    [(200, True), (404, True), (422, True), (499, True), (409, False), (500, False), (503, False)],
)
def test_server_errors_and_temporary_refusals_are_not_stored(status: int, *, storable: bool) -> None:
    assert is_storable(status) is storable


class StubMetrics:
    """Metrics that list what they are given."""

    def __init__(self) -> None:
        self.counted: list[Any] = []
        self.observed: list[Any] = []

    def count(self, *arguments: Any) -> None:
        self.counted.append(arguments)

    def observe(self, histogram: Any, seconds: float, outcome: str) -> None:
        self.observed.append((histogram, outcome))
        assert 0 <= seconds < 60


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(ShopError(CoreExceptionCode.KEY_OTHER_PATH, part="path"), "mismatch"), (ValueError("broken"), "failed")],
)
def test_a_failed_request_is_counted_and_timed_by_its_outcome(error: Exception, outcome: str) -> None:
    metrics: Any = StubMetrics()

    def fail() -> None:
        raise error

    with Flask("x").app_context(), pytest.raises(type(error)):
        timed(metrics, fail)
    assert metrics.counted == [(IDEMPOTENT_REQUESTS, outcome)]
    assert metrics.observed == [(IDEMPOTENT_SECONDS, outcome)]


def test_a_request_sets_its_own_outcome() -> None:
    metrics: Any = StubMetrics()

    def replay() -> str:
        g.idempotency_outcome = "replayed"
        return "answer"

    with Flask("x").app_context():
        assert timed(metrics, replay) == "answer"
    assert (metrics.counted, metrics.observed) == (
        [(IDEMPOTENT_REQUESTS, "replayed")],
        [(IDEMPOTENT_SECONDS, "replayed")],
    )
