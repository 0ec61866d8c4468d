"""What changed is seen by whoever reads next, in every process; and what did not change is not."""

from collections.abc import Callable
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from shop.core.http.etag import Condition
from shop.services.item import ItemService
from tests.catalogue.catalogue_client import meanwhile, names, read, rename
from tests.purchase.support.in_process_shop import Indoors, data_of

NOT_FOUND = 404301


def test_two_hundred_changes_are_each_seen_next(here: Indoors, there: Indoors) -> None:
    item = here.offer(stock=5)
    for number in range(200):
        name = f"Name {number}"
        data_of(rename(here, item, name), 200)
        assert (read(there, item)["name"], names(there)) == (name, [name]), number


CHANGES: dict[str, Callable[[Indoors, int], object]] = {
    "revise": lambda shop, item: shop.send("PATCH", f"/items/{item}", shop.admin_token, {"status": "draft"}),
    "delete": lambda shop, item: shop.send("DELETE", f"/items/{item}", shop.admin_token),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_taken_away_is_gone_everywhere_and_comes_back(here: Indoors, there: Indoors, change: str) -> None:
    item = here.offer(stock=5)
    assert (read(there, item)["stock"], names(there)) == (5, ["Thing"])

    CHANGES[change](here, item)
    assert (read(there, item), names(there)) == (NOT_FOUND, [])

    here.send("POST", f"/items/{item}/restore", here.admin_token)
    here.send("PATCH", f"/items/{item}", here.admin_token, {"status": "on_sale"})
    here.load(item)
    assert (read(there, item)["stock"], names(there)) == (5, ["Thing"])


def test_adjusted_and_returned_pieces_are_seen_next(here: Indoors, there: Indoors) -> None:
    item, token = here.offer(stock=5), here.buyer()
    order = here.own(item, token, 2)
    assert read(there, item)["stock"] == 3
    here.cancel(order, token)
    assert read(there, item)["stock"] == 5
    data_of(here.adjust(item, here.admin_token, delta=4), 200)
    assert read(there, item)["stock"] == 9


def test_a_change_that_is_rolled_back_poisons_nothing(here: Indoors, there: Indoors) -> None:
    item = here.offer(stock=5)
    service = here.container.get(ItemService)

    def fail() -> None:
        service.revise(item, {"name": "Never"}, Condition())
        assert meanwhile(lambda: read(there, item))["name"] == "Thing"
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            here.within(fail)
        here.load(item)
        assert [(read(shop, item)["name"], names(shop)) for shop in (here, there)] == [("Thing", ["Thing"])] * 2


def test_a_writer_that_dies_before_it_forgets_leaves_nothing_stale(
    here: Indoors, there: Indoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = here.offer(stock=5)
    assert (read(there, item)["name"], names(there)) == ("Thing", ["Thing"])
    with monkeypatch.context() as patch:
        patch.setattr("shop.core.database.transaction._release", id)
        data_of(rename(here, item, "New"), 200)
    assert (read(there, item)["name"], names(there)) == ("New", ["New"])


def test_a_redis_that_dies_with_the_commit_leaves_nothing_stale(
    here: Indoors, there: Indoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = here.offer(stock=5)
    assert (read(there, item)["name"], names(there)) == ("Thing", ["Thing"])

    def away(*_: object) -> None:
        raise RedisConnectionError("away")

    with monkeypatch.context() as patch:
        patch.setattr("shop.core.cache.cache_manager.forget", away)
        data_of(rename(here, item, "New"), 200)
    assert (read(there, item)["name"], names(there)) == ("New", ["New"])


@pytest.mark.parametrize("method", ["_find", "_ask"])
def test_a_reader_that_began_before_a_change_keeps_nothing_of_it(
    here: Indoors, there: Indoors, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    item, build = here.offer(stock=5), getattr(ItemService, method)

    def slowly(*words: Any, **more: Any) -> Any:
        found = build(*words, **more)
        monkeypatch.undo()
        data_of(meanwhile(lambda: rename(here, item, "New")), 200)
        return found

    monkeypatch.setattr(ItemService, method, slowly)
    seen = [read(there, item)["name"] if method == "_find" else names(there)[0] for _ in range(3)]

    assert seen == ["Thing", "New", "New"]
