"""Counted outcomes of requests with a key, requests without one, and malformed keys."""

import pytest
from flask import Flask

from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.idempotency.record import add_replay_headers_later
from shop.exception_codes.item import ItemExceptionCode
from tests.idempotency.conftest import MakeStubRoutes
from tests.idempotency.stub_routes import StubRoutes, is_replay
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import data_of
from tests.support.counted_metrics import CountedMetrics

MALFORMED = 400003


def test_each_outcome_of_a_key_is_counted(stub_routes: StubRoutes, counted: CountedMetrics) -> None:
    def raise_next() -> None:
        raise errors.pop()

    # Two temporary refusals, then a decision, which is stored and replayed.
    errors = [
        ShopError(ItemExceptionCode.NOT_FOUND, item_id=7),
        *[ShopError(CoreExceptionCode.FORBIDDEN) for _ in range(2)],
    ]
    stub_routes.make_response = raise_next

    statuses = [stub_routes.post(key="k").status_code for _ in range(6)]

    assert statuses == [403, 403, 404, 404, 404, 404]
    assert counted.outcomes("shop_idempotency") == {"refused": 2, "executed": 1, "replayed": 3}


def test_a_used_key_is_counted_as_a_duplicate(make_stub_routes: MakeStubRoutes, counted: CountedMetrics) -> None:
    routes = make_stub_routes(idempotency_on_duplicate="error")

    statuses = [routes.post(key="k").status_code for _ in range(3)]

    assert statuses == [200, 409, 409]
    assert counted.outcomes("shop_idempotency") == {"executed": 1, "duplicate": 2}


def test_a_request_without_a_key_is_not_counted(make_stub_routes: MakeStubRoutes, counted: CountedMetrics) -> None:
    routes = make_stub_routes(idempotency_required=False)

    responses = [routes.post() for _ in range(2)]

    assert [(response.status_code, is_replay(response)) for response in responses] == [(200, False)] * 2
    assert (len(routes.received), counted.outcomes("shop_idempotency")) == (2, {})


@pytest.mark.parametrize("key", ["", "two words", "k" * 256, "kéy"])
def test_a_malformed_key_is_refused_before_the_view(stub_routes: StubRoutes, key: str) -> None:
    assert data_of(stub_routes.post(key=key), MALFORMED)["header"] == "Idempotency-Key"

    assert stub_routes.received == []
    assert stub_routes.post(key="k" * 255).status_code == 200


def test_a_result_without_a_key_or_a_request_is_no_replay() -> None:
    add_replay_headers_later()
    app = Flask("keyless")

    @app.route("/")
    def finish() -> str:
        add_replay_headers_later()
        return "done"

    response = app.test_client().get("/")

    assert (response.text, is_replay(response)) == ("done", False)


def test_a_repeated_purchase_is_marked_as_a_replay(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop()
    item, token = shop.offer(stock=5), shop.buyer()

    responses = [shop.send_purchase(item, token, 2, key="k") for _ in range(3)]

    assert [is_replay(response) for response in responses] == [False, True, True]
