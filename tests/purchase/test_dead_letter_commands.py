"""Replay and discard of dead letters by an operator."""

from typing import Any

import pytest

from shop.constants.job import JobName
from shop.core.database.model import DEFAULT_TENANT
from tests.purchase.support.dead_letters import Letters, buy_impossibly, names, voids
from tests.purchase.support.in_process_shop import InProcessShop
from tests.purchase.test_drains import assert_right, begin_epoch_without_draining, status


def test_a_replay_writes_the_order_after_its_cause_is_repaired(
    in_process_shop: InProcessShop, run_dead_letters: Letters, repaired_shop: Any
) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    order = buy_impossibly(in_process_shop, item, token, 2)
    in_process_shop.drain(item)
    (name,) = names(run_dead_letters())

    assert names(run_dead_letters("--replay", name)) == []
    in_process_shop.drain(item)
    (name,) = names(run_dead_letters())  # The cause is not repaired yet.
    repaired_shop()
    run_dead_letters("--replay", name)
    in_process_shop.drain(item)

    assert (status(in_process_shop, order, token), names(run_dead_letters())) == ("confirmed", [])
    assert voids(in_process_shop) == [f"{item}:1:1", f"{item}:1:2"]
    assert_right(in_process_shop, item, left=8)


def test_a_replay_in_a_later_epoch_is_readmitted(
    in_process_shop: InProcessShop, run_dead_letters: Letters, repaired_shop: Any
) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    order = buy_impossibly(in_process_shop, item, token, 2)
    in_process_shop.drain(item)
    begin_epoch_without_draining(in_process_shop, item)
    repaired_shop()

    run_dead_letters("--replay", *names(run_dead_letters()))
    in_process_shop.drain(item)
    in_process_shop.drain(item)

    assert status(in_process_shop, order, token) == "confirmed"
    assert_right(in_process_shop, item, left=8)


@pytest.mark.parametrize("later", [False, True])
def test_a_discard_rejects_the_order_and_releases_its_pieces(
    in_process_shop: InProcessShop, run_dead_letters: Letters, *, later: bool
) -> None:
    item, token = in_process_shop.offer(stock=10, max_per_user=2), in_process_shop.buyer()
    order = buy_impossibly(in_process_shop, item, token, 2)
    in_process_shop.drain(item)
    if later:
        begin_epoch_without_draining(in_process_shop, item)

    assert names(run_dead_letters("--discard", *names(run_dead_letters()))) == []

    assert status(in_process_shop, order, token) == "rejected"
    assert_right(in_process_shop, item, left=10, broken={12})
    in_process_shop.buy_and_write(item, token, 2)
    assert_right(in_process_shop, item, left=8, broken={12})


def test_an_unknown_dead_letter_is_neither_replayed_nor_discarded(run_dead_letters: Letters) -> None:
    for option in ("--replay", "--discard"):
        result = run_dead_letters(option, "3/1-0")
        assert result.exit_code == 1
        assert "3/1-0" in result.output


def test_a_replay_requests_a_drain_of_its_partition(in_process_shop: InProcessShop, run_dead_letters: Letters) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    buy_impossibly(in_process_shop, item, token, 2)
    in_process_shop.drain(item)
    before = in_process_shop.queued_arguments(JobName.DRAIN_STOCK)

    assert run_dead_letters("--replay", "3/1-0").exit_code == 1
    assert in_process_shop.queued_arguments(JobName.DRAIN_STOCK) == before

    run_dead_letters("--replay", *names(run_dead_letters()))
    partition = in_process_shop.stock.partition(DEFAULT_TENANT, item)
    assert in_process_shop.queued_arguments(JobName.DRAIN_STOCK) == [*before, {"partition": partition}]
