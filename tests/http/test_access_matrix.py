"""Every route called by every kind of caller, compared with the access rule of its Controller.

A new route joins by itself: its path and verb are read from the app, its body from its documentation.
"""

import pytest

from tests.http.support.access_matrix import find_actor_mistakes
from tests.http.support.marked_rows import ACTORS, Actor
from tests.purchase.support.in_process_shop import InProcessShop


@pytest.mark.parametrize("actor", ACTORS, ids=lambda actor: actor.name.replace(" ", "_"))
def test_every_route_applies_its_access_rule(in_process_shop: InProcessShop, actor: Actor) -> None:
    assert find_actor_mistakes(in_process_shop, actor) == []
