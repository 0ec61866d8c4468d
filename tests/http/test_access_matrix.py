"""Access of every kind of caller to every route.

The responses are compared with the access rules of the Controllers. New routes are tested without a change here: path
and method are read from the app, the body from the OpenAPI document.
"""

import pytest

from tests.http.support.access_matrix import find_actor_mistakes
from tests.http.support.marked_rows import ACTORS, Actor
from tests.purchase.support.in_process_shop import InProcessShop


@pytest.mark.parametrize("actor", ACTORS, ids=lambda actor: actor.name.replace(" ", "_"))
def test_every_route_applies_its_access_rule(in_process_shop: InProcessShop, actor: Actor) -> None:
    assert find_actor_mistakes(in_process_shop, actor) == []
