"""A checker that never failed proves nothing: break each invariant by hand and see it reported."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result

from shop.cli import shop as commands
from shop.core.model import DEFAULT_TENANT
from tests.purchase.indoors import Indoors
from tests.support.valkey import Valkey

NUMBERS = {1, 3, 4, 5, 6, 7, 9, 10, 11, 15}


@dataclass
class Scene:
    """An item of ten pieces: two orders of one piece are written, a third waits."""

    shop: Indoors
    redis: Any
    item: int
    token: str
    first: str
    second: str
    waiting: str

    def key(self, name: str) -> str:
        """A key of the item's partition, as the design draws it."""
        number = self.shop.stock.partition(DEFAULT_TENANT, self.item)
        return f"{{p{number:02d}}}:{name}"

    @property
    def gate(self) -> str:
        """The key of the item's counters."""
        return self.key(f"item:{DEFAULT_TENANT}:{self.item}")


@pytest.fixture
def scene(indoors: Indoors, valkey: Valkey) -> Scene:
    """The scene, on which everything is right."""
    item, token = indoors.offer(stock=10), indoors.buyer()
    first, second = indoors.buy(item, token), indoors.buy(item, token)
    indoors.drain(item)
    return Scene(indoors, valkey.client(), item, token, first, second, indoors.buy(item, token))


@pytest.fixture
def verify(indoors: Indoors, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """`flask shop verify`, without the pauses that spare a live system its false alarms."""
    monkeypatch.setattr("shop.jobs.audit.PAUSE_SECONDS", 0)

    def run(*acknowledged: str) -> Result:
        path = tmp_path / "acknowledged"
        path.write_text("".join(f"{order_id}\n" for order_id in acknowledged))
        settings = indoors.settings
        env = {"SHOP_DATABASE_URL": settings.database_url, "SHOP_REDIS_URL": settings.redis_url}
        return CliRunner().invoke(commands, ["verify", "--acknowledged", str(path)], env=env)

    return run


def broken(result: Result) -> set[int]:
    """The numbers of the invariants that were reported."""
    return {int(line.split()[1]) for line in result.stdout.splitlines() if line.startswith("broken")}


def delete_a_sale(scene: Scene) -> None:
    scene.shop.change("DELETE FROM stock_ledger WHERE ref = %s", scene.second)


def delete_the_first_line(scene: Scene) -> None:
    scene.shop.change("DELETE FROM stock_ledger WHERE ref = %s", f"item:{scene.item}")


def sell_it_to_somebody_else(scene: Scene) -> None:
    scene.shop.change("UPDATE stock_ledger SET ref = %s WHERE ref = %s", str(uuid4()), scene.second)


def delete_an_order(scene: Scene) -> None:
    scene.shop.change("DELETE FROM orders WHERE id = %s", UUID(scene.second).bytes)


def make_an_order_larger(scene: Scene) -> None:
    scene.shop.change("UPDATE orders SET quantity = 2 WHERE id = %s", UUID(scene.second).bytes)


def renumber_an_order(scene: Scene) -> None:
    scene.shop.change("UPDATE orders SET seq = 9 WHERE id = %s", UUID(scene.second).bytes)
    scene.redis.hset(scene.gate, "seq", 9)


def insert_an_order(scene: Scene) -> None:
    columns = "tenant_id, item_id, user_id, quantity, unit_price_minor, total_minor, currency, status, epoch"
    columns += ", created_at, updated_at"
    sql = f"INSERT INTO orders (id, seq, {columns}) SELECT %s, 9, {columns} FROM orders WHERE id = %s"
    scene.shop.change(sql, uuid4().bytes, UUID(scene.second).bytes)


def change_the_stock(scene: Scene) -> None:
    scene.shop.change("UPDATE items SET stock = stock + 1 WHERE id = %s", scene.item)


def give_away_one_more(scene: Scene) -> None:
    scene.redis.hincrby(scene.gate, "avail", 1)


def forget_what_is_pending(scene: Scene) -> None:
    scene.redis.hset(scene.gate, "pend", 0)


def oversell(scene: Scene) -> None:
    scene.redis.hset(scene.gate, "avail", 100)
    scene.shop.buy(scene.item, scene.token, 8)
    scene.redis.hincrby(scene.gate, "avail", -93)


def set_the_numbers_back(scene: Scene) -> None:
    scene.redis.hset(scene.gate, "seq", 1)


def set_the_epoch_back(scene: Scene) -> None:
    scene.redis.hset(scene.gate, "epoch", 0)


def delete_the_receipt_of_a_written_order(scene: Scene) -> None:
    assert scene.redis.delete(scene.key(f"receipt:{scene.second}"))


def delete_the_receipt_of_a_waiting_order(scene: Scene) -> None:
    assert scene.redis.delete(scene.key(f"receipt:{scene.waiting}"))


def empty_the_outbox(scene: Scene) -> None:
    assert scene.redis.delete(scene.key("outbox"))


def pretend_it_is_sold_out(scene: Scene) -> None:
    scene.shop.drain(scene.item)
    scene.redis.hset(scene.gate, "avail", 0)


PLANTS: dict[Callable[[Scene], None], set[int]] = {
    delete_a_sale: {1, 9},
    delete_the_first_line: {1},
    sell_it_to_somebody_else: {9},
    delete_an_order: {6, 9, 10},
    make_an_order_larger: {9},
    renumber_an_order: {10},
    insert_an_order: {7, 9, 10, 11},
    change_the_stock: {1, 3},
    give_away_one_more: {3},
    forget_what_is_pending: {4},
    oversell: {5},
    set_the_numbers_back: {11},
    set_the_epoch_back: {3, 4},
    delete_the_receipt_of_a_written_order: {7},
    delete_the_receipt_of_a_waiting_order: {4},
    empty_the_outbox: {3, 4},
    pretend_it_is_sold_out: {3, 15},  # 15 is the worst case of 3
}


def test_every_invariant_is_broken_by_somebody() -> None:
    assert set.union(*PLANTS.values()) == NUMBERS


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_what_is_broken_is_reported_and_nothing_else(
    scene: Scene, verify: Callable[..., Result], plant: Callable[[Scene], None]
) -> None:
    plant(scene)

    result = verify(scene.first)

    assert (broken(result), result.exit_code) == (PLANTS[plant], 1), result.output


def test_an_order_that_was_promised_and_is_lost_is_reported(scene: Scene, verify: Callable[..., Result]) -> None:
    lost = str(uuid4())

    result = verify(scene.first, lost)

    assert (broken(result), result.exit_code) == ({6}, 1)
    assert f"order {lost} was promised to a client and is lost" in result.output


def test_where_nothing_is_broken_everything_holds(scene: Scene, verify: Callable[..., Result]) -> None:
    result = verify(scene.first, scene.second, scene.waiting)

    assert (broken(result), result.exit_code) == (set(), 0), result.output
    assert {int(line.split()[1]) for line in result.stdout.splitlines()} == NUMBERS
