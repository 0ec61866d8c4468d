"""A checker that never failed proves nothing: break each invariant by hand and see it reported."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from shop.cli import shop as commands
from tests.purchase.support.corruptions import (
    PLANTS,
    cancel_without_a_return,
    delete_an_order,
    lower_the_limit_in_the_same_epoch,
    renumber_an_order,
    return_what_was_not_cancelled,
)
from tests.purchase.support.in_process_shop import Indoors
from tests.purchase.support.running_sale import Scene
from tests.purchase.test_drains import begin_epoch_without_draining, killed_at
from tests.support.servers.valkey import Valkey

NUMBERS = set(range(1, 17))


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
    monkeypatch.setattr("shop.jobs.invariant.PAUSE_SECONDS", 0)

    def run(*acknowledged: str) -> Result:
        path = tmp_path / "acknowledged"
        path.write_text("".join(f"{order_id}\n" for order_id in acknowledged))
        settings = indoors.settings
        env = {"SHOP_DATABASE_URL": settings.database_url, "SHOP_REDIS_URL": settings.redis_url}
        return CliRunner().invoke(commands, ["verify", "--acknowledged", str(path)], env=env)

    return run


def broken(result: Result) -> set[int]:
    """The numbers of the invariants that were reported."""
    verdicts = [line.split()[:2] for line in result.stdout.splitlines() if line.startswith(("holds", "broken"))]
    assert {int(number) for _, number in verdicts} == NUMBERS, result.output
    return {int(number) for verdict, number in verdicts if verdict == "broken"}


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


def test_what_was_set_aside_is_in_the_books(scene: Scene, verify: Callable[..., Result]) -> None:
    body = scene.body
    scene.redis.delete(scene.key("outbox"))
    scene.redis.xadd(scene.key("dead"), {"r": body, "why": "a test"})
    scene.redis.set(scene.receipt(scene.waiting), f"D|{body}")

    assert broken(verify(scene.waiting)) == set()


def test_a_credit_on_its_way_to_redis_is_no_difference(scene: Scene, verify: Callable[..., Result]) -> None:
    cancel_without_a_return(scene)
    return_what_was_not_cancelled(scene)

    assert broken(verify()) == set()
    scene.redis.hset(scene.gate, "hwm", 1)
    assert broken(verify()) == {3}
    scene.redis.hincrby(scene.gate, "avail", 1)
    assert broken(verify()) == set()


def test_what_cannot_be_read_does_not_stop_the_audit(scene: Scene, verify: Callable[..., Result]) -> None:
    scene.redis.xadd(scene.key("dead"), {"r": "gibberish", "why": "a test"})
    scene.redis.set(scene.receipt(str(uuid4())), "gibberish")

    assert broken(verify()) == set()


def test_a_table_larger_than_a_page_is_read_to_its_end(
    scene: Scene, verify: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.repositories.order.LINES", 1)
    monkeypatch.setattr("shop.repositories.stock_ledger.LINES", 1)

    assert broken(verify(scene.first, scene.second)) == set()
    delete_an_order(scene)
    assert broken(verify(scene.first, scene.second)) == PLANTS[delete_an_order]


def test_what_is_written_and_not_finalized_is_in_both_books(scene: Scene, verify: Callable[..., Result]) -> None:
    with killed_at("after_commit", scene.shop):
        scene.shop.drain(scene.item)

    assert broken(verify(scene.waiting)) == set()


def test_a_void_number_is_no_gap(scene: Scene, verify: Callable[..., Result]) -> None:
    renumber_an_order(scene)
    columns = "tenant_id, item_id, created_at"
    sql = f"INSERT INTO stock_ledger (reason, delta, ref, {columns}) SELECT 'void', 0, %s, {columns} FROM stock_ledger"
    for number in (2, 4, 5, 6, 7, 8):
        scene.shop.change(f"{sql} WHERE ref = %s", f"{scene.item}:1:{number}", scene.second)

    assert broken(verify()) == set()


def test_a_limit_that_was_lowered_does_not_bind_who_bought_before(scene: Scene, verify: Callable[..., Result]) -> None:
    scene.shop.drain(scene.item)
    lower_the_limit_in_the_same_epoch(scene)
    begin_epoch_without_draining(scene.shop, scene.item)

    assert broken(verify()) == set()
