"""Random sequences of events compared with a model in memory."""

import os

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from shop.jobs import stock as stock_jobs
from tests.purchase.support.in_process_shop import InProcessShop
from tests.purchase.support.sale_model import Sale
from tests.support.samples import read_seed, runs_all

EXAMPLES, STEPS = int(os.environ.get("SHOP_TEST_EXAMPLES") or (15 if runs_all() else 6)), 20
SEEDED_EXAMPLES = 15 if runs_all() else 2


class SeededSale(Sale):
    """The same model, for sequences of the run's seed."""


@pytest.mark.parametrize(
    ("model", "examples"), [(Sale, EXAMPLES), (SeededSale, SEEDED_EXAMPLES)], ids=["fixed", "seeded"]
)
def test_random_sequences_of_events_match_the_model(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch, model: type[Sale], examples: int
) -> None:
    monkeypatch.setattr(stock_jobs, "RECHECK_SECONDS", 0)
    model.indoors, model.tokens = in_process_shop, [in_process_shop.buyer() for _ in range(3)]
    run_state_machine_as_test(
        model if model is Sale else seed(read_seed())(model),
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=model is Sale,
            database=None,
            # An example takes a second, and shrinking runs a hundred of them.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
