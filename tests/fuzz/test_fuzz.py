"""Short fuzz run: all operations and checks, and a sample of operations in the two long phases."""

from typing import Any

import pytest

from tests.fuzz.campaign import ADMINISTRATOR, ESCALATING, find_gated_operations, run
from tests.http.support.shop import Shop
from tests.support.openapi_document import inline
from tests.support.samples import runs_all, sample

SEED, EXAMPLES = 1, 3
# Operations of each caller in the phases `coverage` and `fuzzing`.
SAMPLED = 4


@pytest.mark.parametrize("caller", [ESCALATING, ADMINISTRATOR], ids=["escalating", "administrator"])
def test_the_service_conforms_to_its_openapi_document(shop: Shop, caller: str) -> None:
    outcome = run(shop, seed=SEED, examples=EXAMPLES, caller=caller, brief=list_brief_operations(shop, caller))

    assert list(outcome.failures()) == [], outcome.output
    assert outcome.cases > 500


def list_brief_operations(shop: Shop, caller: str) -> list[str]:
    """List the operations that this caller does not send in the long phases.

    The two callers share the operations: what needs a permission is sampled for the administrator, the rest for the
    caller who is an ordinary user then. The sample has a list, and each verb.
    """
    if runs_all():
        return []
    with shop.client() as client:
        paths = inline(client.get("/openapi.json").json)["paths"]
    kinds = {
        f"{verb.upper()} {path}": (verb, is_list(operation))
        for path, item in paths.items()
        for verb, operation in item.items()
        if verb != "parameters"
    }
    gated = find_gated_operations(paths)
    own = [name for name in kinds if (name in gated) is (caller == ADMINISTRATOR)]
    sampled = sample(own, SAMPLED, key=kinds.__getitem__)
    return [name for name in kinds if name not in sampled]


def is_list(operation: dict[str, Any]) -> bool:
    """Return True for a list with search and sorting."""
    return any(parameter.get("name") == "searchJoin" for parameter in operation.get("parameters", ()))
