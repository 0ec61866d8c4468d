"""Random sequences of events compared with a model in memory."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from shop.jobs import stock as stock_jobs
from tests.purchase.support.in_process_shop import InProcessShop
from tests.purchase.support.sale_model import Sale

EXAMPLES, STEPS = int(os.environ.get("SHOP_TEST_EXAMPLES", "15")), 20


def test_random_sequences_of_events_match_the_model(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock_jobs, "RECHECK_SECONDS", 0)
    Sale.indoors, Sale.tokens = in_process_shop, [in_process_shop.buyer() for _ in range(3)]
    run_state_machine_as_test(
        Sale,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            # An example takes a second, and shrinking runs a hundred of them.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
