"""Invariant check: every broken invariant is reported."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from shop.cli import shop as commands
from tests.purchase.support.corruptions import (
    CORRUPTIONS,
    cancel_without_a_return,
    delete_an_order,
    lower_the_limit_in_the_same_epoch,
    renumber_an_order,
    return_an_uncancelled_order,
)
from tests.purchase.support.in_process_shop import InProcessShop
from tests.purchase.support.running_sale import RunningSale
from tests.purchase.test_drains import begin_epoch_without_draining, killed_at
from tests.support.servers.valkey import Valkey

NUMBERS = set(range(1, 18))


@pytest.fixture
def running_sale(in_process_shop: InProcessShop, valkey: Valkey) -> RunningSale:
    """Create a running sale without any corruption."""
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    first, second = in_process_shop.buy(item, token), in_process_shop.buy(item, token, 2)
    in_process_shop.drain(item)
    return RunningSale(
        in_process_shop, valkey.client(), item, token, first, second, in_process_shop.buy(item, token, 3)
    )


@pytest.fixture
def verify(in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """Return a function that runs `flask shop verify` without pauses."""
    monkeypatch.setattr("shop.jobs.invariant.PAUSE_SECONDS", 0)

    def run(*acknowledged: str) -> Result:
        path = tmp_path / "acknowledged"
        path.write_text("".join(f"{order_id}\n" for order_id in acknowledged))
        settings = in_process_shop.settings
        env = {"SHOP_DATABASE_URL": settings.database_url, "SHOP_REDIS_URL": settings.redis_url}
        return CliRunner().invoke(commands, ["verify", "--acknowledged", str(path)], env=env)

    return run


def broken(result: Result) -> set[int]:
    """Return the numbers of the reported invariants."""
    verdicts = [line.split()[:2] for line in result.stdout.splitlines() if line.startswith(("holds", "broken"))]
    assert {int(number) for _, number in verdicts} == NUMBERS, result.output
    return {int(number) for verdict, number in verdicts if verdict == "broken"}


def test_every_invariant_is_broken_by_a_corruption() -> None:
    assert set.union(*CORRUPTIONS.values()) == NUMBERS


@pytest.mark.parametrize("plant", CORRUPTIONS, ids=lambda plant: plant.__name__)
def test_a_corruption_is_reported_and_nothing_else(
    running_sale: RunningSale, verify: Callable[..., Result], plant: Callable[[RunningSale], None]
) -> None:
    plant(running_sale)

    result = verify(running_sale.first)

    assert (broken(result), result.exit_code) == (CORRUPTIONS[plant], 1), result.output


def test_a_lost_acknowledged_order_is_reported(running_sale: RunningSale, verify: Callable[..., Result]) -> None:
    lost = str(uuid4())

    result = verify(running_sale.first, lost)

    assert (broken(result), result.exit_code) == ({6}, 1)
    assert f"order {lost} was promised to a client and is lost" in result.output


def test_all_invariants_hold_without_a_corruption(running_sale: RunningSale, verify: Callable[..., Result]) -> None:
    result = verify(running_sale.first, running_sale.second, running_sale.waiting)

    assert (broken(result), result.exit_code) == (set(), 0), result.output
    assert {int(line.split()[1]) for line in result.stdout.splitlines()} == NUMBERS


def test_each_invariant_is_printed_as_a_sentence(running_sale: RunningSale, verify: Callable[..., Result]) -> None:
    lines = verify(running_sale.first).stdout.splitlines()

    assert "holds    1  the sum of the ledger is the stock." in lines
    sentences = {line[11:] for line in lines if line[11:].endswith(".")}
    assert len(sentences) == len(NUMBERS)


def test_dead_letters_are_included_in_the_check(running_sale: RunningSale, verify: Callable[..., Result]) -> None:
    body = running_sale.waiting_entry
    running_sale.redis.delete(running_sale.partition_key("outbox"))
    running_sale.redis.xadd(running_sale.partition_key("dead"), {"r": body, "why": "a test"})
    running_sale.redis.set(running_sale.receipt_key(running_sale.waiting), f"D|{body}")

    assert broken(verify(running_sale.waiting)) == set()


def test_a_credit_not_yet_applied_in_redis_is_no_difference(
    running_sale: RunningSale, verify: Callable[..., Result]
) -> None:
    cancel_without_a_return(running_sale)
    return_an_uncancelled_order(running_sale)

    assert broken(verify()) == set()
    running_sale.redis.hset(running_sale.gate_key, "hwm", 1)
    assert broken(verify()) == {3}
    running_sale.redis.hincrby(running_sale.gate_key, "avail", 2)
    assert broken(verify()) == set()


def test_unreadable_data_does_not_stop_the_check(running_sale: RunningSale, verify: Callable[..., Result]) -> None:
    running_sale.redis.xadd(running_sale.partition_key("dead"), {"r": "gibberish", "why": "a test"})
    running_sale.redis.set(running_sale.receipt_key(str(uuid4())), "gibberish")

    assert broken(verify()) == set()


def test_a_table_larger_than_a_page_is_read_completely(
    running_sale: RunningSale, verify: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.repositories.order.PAGE_SIZE", 1)
    monkeypatch.setattr("shop.repositories.stock_ledger.PAGE_SIZE", 1)

    assert broken(verify(running_sale.first, running_sale.second)) == set()
    delete_an_order(running_sale)
    assert broken(verify(running_sale.first, running_sale.second)) == CORRUPTIONS[delete_an_order]


def test_an_order_written_but_not_finalized_is_counted_once(
    running_sale: RunningSale, verify: Callable[..., Result]
) -> None:
    with killed_at("after_commit", running_sale.shop):
        running_sale.shop.drain(running_sale.item)

    assert broken(verify(running_sale.waiting)) == set()


def test_a_void_number_is_no_gap(running_sale: RunningSale, verify: Callable[..., Result]) -> None:
    renumber_an_order(running_sale)
    columns = "tenant_id, item_id, created_at"
    sql = f"INSERT INTO stock_ledger (reason, delta, ref, {columns}) SELECT 'void', 0, %s, {columns} FROM stock_ledger"
    for number in (2, 4, 5, 6, 7, 8):
        running_sale.shop.change_row(f"{sql} WHERE ref = %s", f"{running_sale.item}:1:{number}", running_sale.second)

    assert broken(verify()) == set()


def test_a_lowered_limit_does_not_apply_to_earlier_purchases(
    running_sale: RunningSale, verify: Callable[..., Result]
) -> None:
    running_sale.shop.drain(running_sale.item)
    lower_the_limit_in_the_same_epoch(running_sale)
    begin_epoch_without_draining(running_sale.shop, running_sale.item)

    assert broken(verify()) == set()
