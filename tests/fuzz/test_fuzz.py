"""Short fuzz run: all operations, phases and checks with few examples."""

import pytest

from tests.fuzz.campaign import ADMINISTRATOR, ESCALATING, run
from tests.http.support.shop import Shop

SEED, EXAMPLES = 1, 3


@pytest.mark.parametrize("caller", [ESCALATING, ADMINISTRATOR], ids=["escalating", "administrator"])
def test_the_service_conforms_to_its_openapi_document(shop: Shop, caller: str) -> None:
    outcome = run(shop, seed=SEED, examples=EXAMPLES, caller=caller)

    assert list(outcome.failures()) == [], outcome.output
    assert outcome.cases > 500
